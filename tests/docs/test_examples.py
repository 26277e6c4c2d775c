"""Commands and configurations in the documents are accepted: each is tried with --check.

A block of YAML is a whole configuration if it has a grid and a time; pieces of one are not tried.
"""
import pathlib
import re
import shlex
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

from support import BIN, folder, run

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
APPS = ("mpdata", "pde", "cahn-hilliard")


def app_of(text):
    named = re.search(r"# for the app ([\w-]+)", text)
    if named:
        return named[1]
    if re.search(r"^mpdata:", text, re.MULTILINE):
        return "mpdata"
    return "pde" if re.search(r"^equations?:", text, re.MULTILINE) else "cahn-hilliard"


def commands(text):
    """Lines that start an app with a configuration of configs/, as (ranks, app, configuration, options)."""
    for line in re.findall(r"(?:^(?:    |\$ )?|`)(mpiexec(?:\.\w+)? -n [^`\n]*)", text, re.MULTILINE):
        words = shlex.split(line, comments=True)
        ranks = int(words[2])
        place = next((w for w, word in enumerate(words) if pathlib.Path(word).name in APPS), None)
        if place is None or place + 1 == len(words) or not words[place + 1].startswith("configs/"):
            continue
        yield ranks, pathlib.Path(words[place]).name, words[place + 1], words[place + 2:]


class Examples(unittest.TestCase):
    def accepted(self, app, arguments, ranks, where, text=""):
        result = run(app, [*arguments, "--check", "--quiet"], ranks, where)
        self.assertEqual(result.code, 0, f"{' '.join(arguments)}\n{text}\n{result.err}")

    def test_commands(self):
        tried = set()
        for document in DOCUMENTS:
            for ranks, app, configuration, options in commands(document.read_text(encoding="utf-8")):
                self.assertTrue((ROOT / configuration).exists() or configuration == "configs/fisher_kpp.yaml", f"{document.name}: {configuration}")
                options = [option for option in options if option not in ("--check", "--quiet", "-q", "--resume")]
                case = (ranks, app, configuration, *options)
                if case in tried or not (ROOT / configuration).exists():
                    continue
                tried.add(case)
                with self.subTest(document=document.name, command=case), folder() as where:
                    self.accepted(app, [str(ROOT / configuration), *options], ranks, where)
        self.assertGreater(len(tried), 30)

    def test_configurations(self):
        tried = 0
        for document in DOCUMENTS:
            for text in re.findall(r"^```yaml\n(.*?)^```$", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
                if "grid:" not in text or "time:" not in text or "fisher_kpp" in text:  # which is an example's, with a test of its own
                    continue
                tried += 1
                with self.subTest(document=document.name, begins=text[:60]), folder() as where:
                    (where / "run.yaml").write_text(text, encoding="utf-8")
                    ranks = 2 if "ranks:" in text else 1
                    self.accepted(app_of(text), ["run.yaml"], ranks, where, text)
        self.assertGreater(tried, 3)

    def test_gallery_is_complete(self):
        text = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
        shown = {configuration: app for _, app, configuration, _ in commands(text)}
        for path in sorted((ROOT / "configs").glob("*.yaml")):
            with self.subTest(configuration=path.name):
                self.assertEqual(shown.get(f"configs/{path.name}"), app_of(path.read_text(encoding="utf-8")))
                self.assertRegex(text, rf"\({re.escape('../configs/' + path.name)}\).*!\[\]\(images/")


if __name__ == "__main__":
    unittest.main()
