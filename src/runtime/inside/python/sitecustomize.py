# Python runs this file before the handler, in every process of an instance (PYTHONPATH).
# It must cost little and must never make the handler fail. It runs on every Python that knows importlib.machinery.
import os
import sys
from importlib.machinery import PathFinder


class _Finder(object):
    """Finds the modules below as without us, and changes them when they are loaded. Loading them here would delay each start."""

    def find_spec(self, name, path=None, target=None):
        if name not in _CLASSES:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                _shift_port(module)

            spec.loader.exec_module = exec_module
        return spec


# Whose `bind` opens ports: the standard library's, and gevent's.
_CLASSES = {"socket": "socket", "gevent._socketcommon": "SocketMixin"}
_told = []


def _shift_port(module):
    """Moves a TCP bind to the port of customRuntimeConfig to the port of this instance; every other bind stays as it is."""
    import _socket

    cls = getattr(module, _CLASSES[module.__name__], None)
    bind = getattr(cls, "bind", None)
    families = (_socket.AF_INET, getattr(_socket, "AF_INET6", None))

    def shifted(self, address):
        if (
            not isinstance(address, tuple)
            or len(address) < 2
            or address[1] != _FROM
            or self.family not in families
            or not self.type & _socket.SOCK_STREAM
        ):
            return bind(self, address)
        bind(self, (address[0], _TO) + tuple(address[2:]))
        if not _told:
            _told.append(True)
            _tell()

    if bind is not None:
        cls.bind = shifted


def _tell():
    """Tells the emulator by a line that its log does not show."""
    try:
        os.write(2, ("fc-affinity: the listen on port %d is moved to %d\n" % (_FROM, _TO)).encode())
    except OSError:
        pass  # Standard error is closed.


def _number(name):
    try:
        return int(os.environ.get(name, ""))
    except ValueError:
        return 0


def _run_next():
    """Runs the sitecustomize that Python would have found without this folder, which leaves the path of the handler."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_FROM = _number("FC_AFFINITY_SHIFT_PORT")
_TO = _number("FC_SERVER_PORT")
if _FROM > 0 and _TO > 0 and _FROM != _TO:
    sys.meta_path.insert(0, _Finder())
    if "socket" in sys.modules:
        _shift_port(sys.modules["socket"])
_run_next()
