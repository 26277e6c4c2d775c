"""Links in the documents lead somewhere, to a heading that is there if they name one; so do the paths and ./dev commands that texts name."""
import functools
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FOLDERS = "apps|benchmarks|cmake|comm|configs|core|docs|examples|io|packaging|python|scripts|solvers|tests"


def documents():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True)
    found = [ROOT / line for line in listed.stdout.splitlines()] if listed.returncode == 0 else list(ROOT.rglob("*.md"))
    return sorted(path for path in found if path.exists() and not path.is_relative_to(ROOT / "build"))


def heading_id(heading):
    """As the sites that show Markdown make it of a heading."""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@functools.cache
def anchors(path):
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    return {heading_id(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        count = 0
        for document in documents():
            text = re.sub(r"`[^`\n]*`", "", FENCED.sub("", document.read_text(encoding="utf-8")))
            for link in LINK.findall(text):
                if re.match(r"[a-z]+:", link):
                    continue
                count += 1
                with self.subTest(document=document.name, link=link):
                    path, _, anchor = link.partition("#")
                    target = (document.parent / path).resolve() if path else document
                    self.assertTrue(target.exists(), "there is no such file")
                    self.assertTrue(target.is_relative_to(ROOT), "outside of the repository")
                    if anchor:
                        self.assertIn(anchor, anchors(target))
        self.assertGreater(count, 100)

    def test_paths_that_are_named(self):
        """`core/src/layout.cpp` and the like; what stands in a place of its own in an example is none."""
        count = 0
        for document in documents():
            if document.name in ("adding-an-equation.md", "CHANGELOG.md"):  # whose files are the reader's, or were
                continue
            for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]*\w)`", document.read_text(encoding="utf-8")):
                count += 1
                with self.subTest(document=document.name, path=path):
                    # A public header may be named as it is included.
                    places = ROOT, document.parent, ROOT / path.split("/")[0] / "include/tessera"
                    self.assertTrue(any((place / path).exists() for place in places))
        self.assertGreater(count, 20)

    def test_dev_commands(self):
        usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r"^  (\w+)", usage, re.MULTILINE))
        for document in documents():
            for command in re.findall(r"\./dev (\w+)", document.read_text(encoding="utf-8")):
                with self.subTest(document=document.name, command=command):
                    self.assertIn(command, known | {"help", "COMMAND"})


if __name__ == "__main__":
    unittest.main()
