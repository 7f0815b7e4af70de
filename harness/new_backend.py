"""The file that `ptychoparity new-backend` writes: a template, and what differs from framework to framework."""

import importlib.util
import keyword
import re
from dataclasses import asdict, dataclass
from importlib import resources
from string import Template
from types import MappingProxyType

from ptychoparity.core.errors import UsageError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Framework:
    """What differs in the file; every text is code, with its indentation."""

    title: str
    distribution: str
    imports: str
    device: str
    version: str
    precision: str
    synchronize: str
    compute: str


FRAMEWORKS = MappingProxyType(
    {
        "numpy": Framework(
            title="NumPy", distribution="numpy", imports="import numpy as np", version="np.__version__",
            precision="float64, answers in float32",
            device='''\
        if device != "cpu":
            raise DeviceUnavailable(f"device {device!r} is not on this machine; NumPy computes on cpu")
        self._device = device''',
            synchronize='''\
        """NumPy has finished when it returns."""''',
            compute='''\
    #     spectrum = np.fft.fftshift(np.fft.fft2(field.astype(complex), norm="ortho"), axes=(1, 2))
    #     return {"amplitude": np.abs(spectrum).astype(np.float32)}''',
        ),
        "torch": Framework(
            title="PyTorch", distribution="torch", imports="import numpy as np\nimport torch",
            version="torch.__version__", precision="float32 (TF32 off)",
            device='''\
        available = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
        available += [f"cuda:{number}" for number in range(torch.cuda.device_count())]
        if device not in available:
            raise DeviceUnavailable(f"device {device!r} is not on this machine; torch finds {', '.join(available)}")
        self._device = device
        torch.backends.cuda.matmul.allow_tf32 = False  # TF32 keeps 10 of float32's 23 bits
        torch.backends.cudnn.allow_tf32 = False''',
            synchronize='''\
        if self._device.startswith("cuda"):
            torch.cuda.synchronize(self._device)''',
            compute='''\
    #     with torch.inference_mode():
    #         # torch takes no negative strides, which an input may have, and warns of read-only memory: a copy
    #         waves = torch.from_numpy(np.array(field, order="C")).to(self._device)
    #         spectrum = torch.fft.fftshift(torch.fft.fft2(waves, norm="ortho"), dim=(1, 2))
    #         return {"amplitude": spectrum.abs().cpu().numpy()}''',
        ),
        "tensorflow": Framework(
            title="TensorFlow", distribution="tensorflow", imports="import numpy as np\nimport tensorflow as tf",
            version="tf.__version__", precision="float32 (TF32 off)",
            device='''\
        gpus = tf.config.list_physical_devices("GPU")
        available = ["cpu", *(["cuda"] if gpus else []), *(f"cuda:{number}" for number in range(len(gpus)))]
        if device not in available:
            there = ", ".join(available)
            raise DeviceUnavailable(f"device {device!r} is not on this machine; TensorFlow finds {there}")
        self._device = device
        self._place = "/CPU:0" if device == "cpu" else f"/GPU:{device.partition(':')[2] or 0}"
        tf.config.experimental.enable_tensor_float_32_execution(False)  # TF32 keeps 10 of float32's 23 bits''',
            synchronize='''\
        """Every answer is an array on the host before `call` returns."""''',
            compute='''\
    #     with tf.device(self._place):
    #         spectrum = tf.signal.fftshift(tf.signal.fft2d(tf.constant(field)), axes=(1, 2))
    #         return {"amplitude": (tf.abs(spectrum) / field.shape[1]).numpy()}''',
        ),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What a new backend is called."""

    name: str
    module: str
    class_name: str

    @classmethod
    def of(cls, name: str) -> "Names":
        """Raises UsageError for a name that makes no module, or that of a module there is."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"new-backend: expected a name of letters, digits, '-' and '_', got {name!r}")
        module = name.replace("-", "_").lower()
        parts = [part for part in re.split(r"[-_]", name) if part]
        class_name = "".join(part[0].upper() + part[1:] for part in parts)
        if keyword.iskeyword(module) or keyword.iskeyword(class_name):
            raise UsageError(f"new-backend: {name!r} is a word of Python's own; choose another name")
        return cls(name, module, class_name)

    def refuse_taken(self) -> None:
        """Raise UsageError where a module of this name would be imported instead of the new one."""
        if importlib.util.find_spec(self.module) is not None:
            raise UsageError(f"new-backend: a module {self.module!r} is installed already; choose another name")


def text(names: Names, framework: str) -> str:
    """The file, as text."""
    template = resources.files(__package__).joinpath("templates/backend.py.txt").read_text(encoding="utf-8")
    return Template(template).substitute(asdict(names), **asdict(FRAMEWORKS[framework]))
