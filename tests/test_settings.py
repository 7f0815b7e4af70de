"""What a run is asked for is one value, made once of the options; a scan is read for it, and not again."""

from collections import Counter
from types import SimpleNamespace

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.fixtures.simulate import write_scan
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import DEFAULT_BACKENDS, Selection, from_options
from ptychoparity.reports import events
from ptychoparity.spec_tests import generate
from ptychoparity.spec_tests.scan_checks import Scan


def options(**given):
    found = {
        "backend": ["numpy"], "device": ["cpu"], "profile": "quick", "operation": [], "kind": [], "only": [],
        "scan": None, "gate": None, "timeout": 30.0, "expectations": [], "runs": "runs",
    }  # fmt: skip
    return SimpleNamespace(**found | given)


@pytest.mark.parametrize(
    ("device", "devices", "optional"),
    [
        ([], ("cpu", "cuda"), {"cuda"}), (["auto"], ("cpu", "cuda"), {"cuda"}), (["cpu"], ("cpu",), set()),
        (["cuda", "cpu", "cuda"], ("cuda", "cpu"), set()), (["auto", "cuda"], ("cpu", "cuda"), set()),
        (["auto", "mps"], ("cpu", "cuda", "mps"), {"cuda"}),
    ],
)  # fmt: skip
def test_devices(device, devices, optional):
    found = from_options(options(device=device))
    assert (found.devices, found.optional_devices) == (devices, optional)


@pytest.mark.parametrize(
    ("backend", "names"), [([], DEFAULT_BACKENDS), (["numpy,pytorch", "numpy"], ("numpy", "pytorch"))]
)
def test_backends_are_named_once(backend, names):
    assert from_options(options(backend=backend)).backends == names


def test_a_selection_takes_and_says():
    ids = {check.id: check for check in generate.checks([("numpy", "cpu")], ["diffract"])}
    chosen = Selection(("diffract",), ("smoke", "error"), ("diffract/*",))
    taken = [name for name, check in ids.items() if chosen.takes(check)]
    assert taken and all(name.startswith(("diffract/smoke", "diffract/error")) for name in taken)
    assert str(chosen) == "operation diffract; kind smoke, error; only diffract/*" and chosen
    assert not Selection() and str(Selection()) == "" and all(Selection().takes(check) for check in ids.values())
    literal = next(name for name in ids if "describe" in name)
    assert [name for name, check in ids.items() if Selection(only=(literal,)).takes(check)] == [literal]


def test_a_kind_that_is_displayed_as_another_is_selected_as_that(tmp_path):
    scan = write_scan(tmp_path / "scan.npz", seed=1)
    found = from_options(options(kind=["example"], operation=["diffract"], scan=str(scan))).checks()
    assert {check.case.operation for check in found} == {"diffract", "scan"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"operation": ["nope"]}, "no operation 'nope'"), ({"timeout": 0.0}, "--timeout must be positive, got 0"),
        ({"backend": ["numpy,"]}, "no backend ''"), ({"scan": "absent.npz"}, r"absent\.npz"),
        ({"expectations": ["absent.toml"]}, r"absent\.toml"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(given, words):
    with pytest.raises(UsageError, match=words):
        from_options(options(**given))


def test_a_scan_is_read_once_per_run(tmp_path, monkeypatch):
    read: Counter[str] = Counter()
    opened = Scan.open

    def counted(cls, path):
        read[path.name] += 1
        return opened(path)

    monkeypatch.setattr(Scan, "open", classmethod(counted))
    given = options(scan=str(write_scan(tmp_path / "scan.npz", seed=1)), operation=["load_scan"], kind=["example"],
                    runs=str(tmp_path / "runs"))  # fmt: skip
    settings = from_options(given)
    every = [check for check in settings.checks() if check.case.name in ("loads", "units")]
    session = Session(settings, ahead=every)
    session.start()
    assert [session.run(check).outcome for check in every] == ["pass", "pass"]
    assert session.finish() == 0 and read == {"scan.npz": 1}
    header = events.read(session.folder).header
    assert header.scan["name"] == "scan.npz" and header.selection == "operation load_scan; kind example"
