"""The documentation as a site, with mkdocs and doxygen: python3 docs/site/build.py FOLDER

Fails if a page links to something that is not there, or a header's comment is not understood. The pages lie in the site as in the
repository, so that their links lead to the same things in both.
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "benchmarks/*.md", "comm/examples/README.md"]
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


def copy(path, source):
    target = source / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():  # a link to a folder leads to the list of what is in it
        target.mkdir(exist_ok=True)
        lines = "".join(f"- {entry.name}\n" for entry in sorted(path.iterdir()))
        (target / "index.md").write_text(f"# {path.relative_to(ROOT)}\n\n{lines}", encoding="utf-8")
    else:
        shutil.copy(path, target)


def copy_pages(source):
    """All pages, and the files that they link to."""
    pages = [page for pattern in PAGES for page in sorted(ROOT.glob(pattern))]
    for page in pages:
        copy(page, source)
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in LINK.findall(text):
            path = (page.parent / link).resolve()
            if path not in pages and path.exists() and path.is_relative_to(ROOT):
                copy(path, source)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    copy_pages(source)
    doxyfile = (ROOT / "docs/site/Doxyfile").read_text() + f'OUTPUT_DIRECTORY = "{folder}"\n'
    subprocess.run(["doxygen", "-"], input=doxyfile, text=True, cwd=ROOT, check=True)
    shutil.copy(ROOT / "docs/site/mkdocs.yml", folder)
    (folder / "html").rename(source / "api")
    subprocess.run(["mkdocs", "--quiet", "build", "--strict", "--config-file", folder / "mkdocs.yml"], check=True)
    print(f"{folder}/html/index.html")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error.cmd[0]} has found mistakes, see above")
