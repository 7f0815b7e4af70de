"""A device that is asked for by name and is not there spoils the verdict; a backend that claims it is not believed."""

import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ptychoparity.backends import registry
from ptychoparity.core.devices import CUDA_NODES, Device, missing
from ptychoparity.harness import targets
from ptychoparity.spec_tests import generate
from ptychoparity.spec_tests.checks import every_case
from ptychoparity.spec_tests.checks.describe import Describe
from ptychoparity.spec_tests.outcomes import CheckFailed
from tests.running import ptychoparity

LIAR = "tests.miniatures.dishonest:SaysItIsOnCuda"
QUICK = ("check", "--profile", "quick", "--operation", "translate", "--kind", "smoke")
pytestmark = pytest.mark.skipif(not missing("cuda"), reason="this machine has a GPU")


@pytest.mark.parametrize(
    ("backend", "devices"),
    [("numpy", ("cuda",)), (LIAR, ("cuda:1",)), (LIAR, ("mps",)), (LIAR, ("cpu", "cuda")), ("numpy", ("auto", "cuda"))],
)
def test_a_device_asked_for_by_name_is_there_or_nothing_is_judged(backend, devices, tmp_path):
    words = [word for device in devices for word in ("--device", device)]
    done = ptychoparity(*QUICK, "--backend", backend, "--runs", str(tmp_path), *words)
    assert done.exit == 2
    assert f"{backend}@{devices[-1]} could not be judged" in " ".join(done.stdout.split())


@pytest.mark.parametrize("devices", [(), ("auto", "cpu")])
def test_auto_takes_what_there_is(devices, tmp_path):
    words = [word for device in devices for word in ("--device", device)]
    done = ptychoparity(*QUICK, "--backend", "numpy", "--runs", str(tmp_path), *words)
    assert done.exit == 0, done.stdout


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps"])
def test_a_backend_on_a_device_that_is_not_there_is_not_honest(device, monkeypatch):
    info = {"framework": "numpy", "framework_version": "2", "device": device}
    target = SimpleNamespace(description={"info": info, "loaded": {"version": "2"}}, device=device)
    trial: Any = SimpleNamespace(record=SimpleNamespace(), target=target)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(CheckFailed, match=f"it says device '{device}', but there is no .* device on this machine"):
        Describe().judge(trial, None)


@pytest.mark.parametrize("node", CUDA_NODES)
def test_a_gpu_of_any_driver_counts(node, monkeypatch):
    monkeypatch.setattr(os.path, "exists", lambda path: path == node)
    assert missing("cuda:1") == "" and missing("cpu") == ""


@pytest.mark.parametrize("text", ["cpu", "cuda", "cuda:1", "mps"])
def test_a_parity_check_may_name_any_device(text):
    case = every_case()[0]
    assert targets.against(generate.Check(case, "mine", "cpu", f"other@{text}")) == f"other@{text}"
    assert targets.against(generate.Check(case, "mine", text, "other")) == f"other@{text}"
    assert targets.against(generate.Check(case, "mine", "cpu", "other@/a/python")) == "other@/a/python@cpu"
    assert Device.named(text) and registry.find("numpy")
