"""Who owns lines: CODEOWNERS, else those whose commits last changed them."""

import subprocess

from ptychoparity.audit.index import read_tree
from ptychoparity.audit.owners import Owners
from tests.audit.sources import write


def git(root, *arguments):
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def commit(root, who, **texts):
    for name, text in texts.items():
        (root / f"pkg/{name}.py").write_text(text)
    git(root, "add", "-A")
    git(root, "-c", f"user.name={who}", "-c", "user.email=x@y", "commit", "-qm", who)


def history(root):
    write(root, {"pkg/__init__.py": ""})
    git(root, "init", "-q")
    commit(root, "Ada", m="a\nb\nc\nd\n")
    commit(root, "Ben", m="a\nB\nc\nd\n")
    commit(root, "Ben", m="a\nB\nC\nd\n")
    return root


def test_by_the_commits_that_last_changed_the_lines(tmp_path):
    owners = Owners(read_tree(f"{history(tmp_path)}:pkg"))
    owners.prepare({"pkg/m.py"})
    assert owners.of("pkg/m.py", 1, 1) == ("Ada", "1 of 1 commits on these lines")
    assert owners.of("pkg/m.py", 1, 4) == ("Ben", "2 of 3 commits on these lines")
    assert owners.of("pkg/__init__.py", 1, 1) == ("", "the file is empty")
    assert "git blame" in owners.note and "shallow" not in owners.note


def test_lines_that_are_not_committed_are_nobodys(tmp_path):
    root = history(tmp_path)
    (root / "pkg/m.py").write_text("new\na\nB\nC\nd\n")
    owners = Owners(read_tree(f"{root}:pkg"))
    assert owners.of("pkg/m.py", 1, 1) == ("", "the lines are in no commit")
    assert owners.of("pkg/m.py", 2, 2).name == "Ada"


def test_a_shallow_history_says_so(tmp_path):
    root = history(tmp_path / "full")
    git(tmp_path, "clone", "-q", "--depth", "1", root.as_uri(), "short")
    owners = Owners(read_tree(f"{tmp_path / 'short'}:pkg"))
    assert "the history is shallow" in owners.note
    assert owners.of("pkg/m.py", 1, 1).name == "Ben"


def test_without_git_nobody_can_be_named(tmp_path):
    owners = Owners(read_tree(f"{write(tmp_path, {'pkg/m.py': 'a = 1'})}:pkg"))
    owners.prepare({"pkg/m.py"})
    assert owners.of("pkg/m.py", 1, 1) == ("", "no git history")
    assert "no git history" in owners.note


def test_a_blame_is_kept_until_file_or_commit_change(tmp_path, monkeypatch):
    root, cache = history(tmp_path / "repo"), tmp_path / "cache"
    first = Owners(read_tree(f"{root}:pkg"), cache).of("pkg/m.py", 1, 4)
    asked = []
    monkeypatch.setattr(Owners, "_ask", lambda self, path: asked.append(path))
    assert Owners(read_tree(f"{root}:pkg"), cache).of("pkg/m.py", 1, 4) == first
    assert asked == []
    monkeypatch.undo()
    commit(root, "Cy", m="x\ny\nz\nw\n")
    assert Owners(read_tree(f"{root}:pkg"), cache).of("pkg/m.py", 1, 4).name == "Cy"


def test_a_damaged_blame_is_asked_for_again(tmp_path):
    root, cache = history(tmp_path / "repo"), tmp_path / "cache"
    Owners(read_tree(f"{root}:pkg"), cache).of("pkg/m.py", 1, 4)
    for file in cache.rglob("*.json"):
        file.write_text("{")
    assert Owners(read_tree(f"{root}:pkg"), cache).of("pkg/m.py", 1, 4).name == "Ben"


def test_where_lines_cannot_be_blamed_the_files_commits_count(tmp_path):
    root = history(tmp_path)
    names = subprocess.run(
        ["git", "rev-parse", "HEAD~1:pkg/m.py"], cwd=root, check=True, capture_output=True, text=True
    )
    blob = names.stdout.strip()
    (root / f".git/objects/{blob[:2]}/{blob[2:]}").unlink()
    owner = Owners(read_tree(f"{root}:pkg")).of("pkg/m.py", 1, 4)
    assert owner.name == "Ben"
    assert owner.why.startswith("2 of 3 commits on the file, for its lines cannot be blamed")


def test_codeowners_comes_first_and_its_last_pattern_that_fits(tmp_path):
    root = history(tmp_path)
    (root / ".github").mkdir()
    (root / ".github/CODEOWNERS").write_text(
        "# all\n* @all\npkg/ @team @lead # theirs\n/pkg/m.py @one\n*.txt @text\npkg/free.py\npkg/**/deep.py @deep\n"
    )
    owners = Owners(read_tree(f"{root}:pkg"))
    assert owners.of("pkg/m.py", 1, 1) == ("@one", ".github/CODEOWNERS:4")
    assert owners.of("pkg/n.py", 1, 1) == ("@team @lead", ".github/CODEOWNERS:3")
    assert owners.of("other/m.py", 1, 1).name == "@all"
    assert owners.of("pkg/a/b/deep.py", 1, 1).name == "@deep"
    assert owners.of("pkg/free.py", 1, 1) == ("", ".github/CODEOWNERS:6 takes its owner away")
    assert owners.note.startswith(".github/CODEOWNERS")
