"""Tables of docs/*.md from those that the program reads configurations with: python3 update.py [--check] PROGRAM [DOCUMENT...]

A table stands between <!-- table: NAME --> and <!-- end -->. PROGRAM prints it (tables.cpp). With --check nothing is changed, and the exit
code is 1 if something would be.
"""
import pathlib
import re
import subprocess
import sys

DOCS = pathlib.Path(__file__).resolve().parents[1]
TABLE = re.compile(r"(?<=<!-- table: )(\S+) -->\n(.*?)(?=<!-- end -->)", re.DOTALL)


def tables(program, names):
    """Each of these tables by its name."""
    text = subprocess.run([program, *names], check=True, capture_output=True, text=True).stdout
    return dict(part.split("\n", 1) for part in text.split("=== ")[1:])


def main():
    arguments = sys.argv[1:]
    check = arguments[:1] == ["--check"]
    program, *documents = arguments[check:]
    outdated = []
    found = 0
    for document in map(pathlib.Path, documents or sorted(DOCS.glob("*.md"))):
        text = document.read_text(encoding="utf-8")
        names = [match[1] for match in TABLE.finditer(text)]
        found += len(names)
        if not names:
            continue
        made = tables(program, names)
        new = TABLE.sub(lambda match: f"{match[1]} -->\n{made[match[1]]}", text)
        if new == text:
            continue
        outdated.append(document.name)
        if not check:
            document.write_text(new, encoding="utf-8")
    if not found:
        sys.exit("no document has a line <!-- table: NAME -->")
    if check and outdated:
        sys.exit(f"tables are not those of the program any more in {', '.join(outdated)}; make them anew: ./dev docs")
    print(f"{found} tables" + (f", changed in {', '.join(outdated)}" if outdated else ""))


if __name__ == "__main__":
    main()
