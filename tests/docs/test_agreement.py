"""What is said in several places is the same: versions, packages; and what packaging/ names is there."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def packages_of_dev(name):
    """Those of one of its lists, packages_NAME."""
    return set(re.search(rf"^packages_{name}=\(([^)]*)\)", text("dev"), re.MULTILINE)[1].split())


class Agreement(unittest.TestCase):
    def test_versions(self):
        version = re.search(r"^project\(tessera VERSION ([0-9.]+)", text("CMakeLists.txt"), re.MULTILINE)[1]
        self.assertEqual(re.findall(r"^version: (.+)$", text("CITATION.cff"), re.MULTILINE), [version])
        self.assertEqual(re.findall(r"^## ([0-9.]+)", text("CHANGELOG.md"), re.MULTILINE)[0], version)

    def test_licences(self):
        licence = re.search(r"^license: (.+)$", text("CITATION.cff"), re.MULTILINE)[1]
        self.assertIn(f"License: {licence}\n", text("packaging/copyright"))
        self.assertIn(f"Licence: [{licence}](LICENSE)", text("README.md"))

    def test_packages(self):
        """The table of docs/installing.md has those that ./dev installs."""
        table = text("docs/installing.md").partition("| Debian's packages |")[2].partition("\n\n")[0]
        named = " ".join(re.findall(r"`([^`]+)`", table)).split()
        self.assertEqual(sorted(named), sorted(packages_of_dev("build") | packages_of_dev("openmpi") | packages_of_dev("mpich")))

    def test_containers(self):
        """They call ./dev as it may be called, and have no list of packages; docs/installing.md has the commands that they have."""
        usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        document = text("docs/installing.md")
        systems = set()
        for path in ("packaging/Dockerfile", "packaging/tessera.def"):
            recipe = text(path)
            with self.subTest(path):
                systems.update(re.findall(r"^from:? (\S+)", recipe, re.MULTILINE | re.IGNORECASE))
                command, option = re.search(r"^[^#\n]*\./dev (\w+) (--\w+) ", recipe, re.MULTILINE).groups()
                self.assertRegex(usage, rf"(?m)^  {command} .* in build/packages$")
                self.assertRegex(usage, rf"(?m)^  {option} openmpi\|mpich ")
                self.assertEqual(set(re.findall(r"MPI=(\w+)", recipe)), {"openmpi", "mpich"})
                self.assertIn("build/packages/*.deb", recipe)
                installed = re.findall(r"apt-get install (?:-\S+ )*(.*?)(?: &&|$)", recipe, re.MULTILINE)
                self.assertEqual(len(installed), 1)
                self.assertRegex(installed[0], r"^/tmp/\S+\.deb$")
                commands = re.findall(r"^#     (.*?)(?: {2,}#.*)?$", recipe, re.MULTILINE)
                self.assertEqual(len(commands), 2)
                for line in commands:
                    self.assertIn(f"\n    {line}\n", document)
        self.assertEqual(len(systems), 1)


if __name__ == "__main__":
    unittest.main()
