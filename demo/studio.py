"""What a visitor of the Train tab has on the server: pictures, a run, a trained model; theirs alone, and gone when they leave.

A desk is known by the session of its page, and nothing of it stands in a shared place: not among the models on offer, not in a folder that is served.
"""

import contextlib
import os
import secrets
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from gradio.utils import get_upload_folder

from genlib.data.archive import Item, unpack
from genlib.data.own import Look, OwnImages, gather, look_at
from genlib.errors import InputError
from genlib.learning import Learner

MINE = "mine-"  # begins the names of what visitors have trained
PICTURES = 1000  # on a desk
DESKS = 8  # with pictures on them, on a server
FORGOTTEN = 3600.0  # seconds after which a desk that nobody touches is cleared
WAITING = 8  # who train or wait
SILENT = 180.0  # seconds after which one who does not ask any more is taken out of the line


def is_open() -> bool:
    """Whether visitors may train here: on one's own machine, and where GENLIB_TRAIN=1; a public host has better use for its cores."""
    asked = os.environ.get("GENLIB_TRAIN", "")
    return asked == "1" or (asked == "" and not os.environ.get("SPACE_ID"))


@contextlib.contextmanager
def explain_disk() -> Iterator[None]:
    """What the system says of a disk, as a sentence that names no place on it.  Raises InputError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("the server cannot keep it ({reason}): what was there is whole; try again later", reason=reason) from error


class Desk:
    """One visitor's."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="atelier-")  # for this user of the machine alone
        self.items: list[Item] = []
        self.names: dict[str, str] = {}  # of classes, by the folder they came in
        self.looks: dict[Item, Look] = {}  # of those that were looked at, in the form
        self.agreed: set[Path] = set()  # pictures of people who agreed, as the visitor says
        self.form: tuple[str, int, int] = ("", 0, 0)  # kind, size, channels
        self.prepared: tuple[tuple, OwnImages] | None = None  # in which form, and the pictures
        self.learner: Learner | None = None
        self.wish = ""  # pause, stop or best: for the run that goes on
        self.is_busy = self.is_gone = False
        self.model = f"{MINE}{secrets.token_hex(8)}"  # a name that nobody guesses: who has it may ask for the trained model
        self.download = f"{self.model}.zip"
        self.release: Callable[[], None] = lambda: None  # takes that model from the shelf
        self.touched = time.monotonic()

    @property
    def root(self) -> Path:
        return Path(self.folder.name)

    def take(self, files: list[str], label: str) -> None:
        """Put uploads on the desk and take them from where they came in: zips, and loose pictures as one class of that name.

        Raises DataError, InputError; the desk is then as it was.
        """
        target = self.root / secrets.token_hex(4)
        try:
            with explain_disk():
                target.mkdir()
                items = [item for k, file in enumerate(files) for item in take_file(Path(file), target / str(k), label)]
            if not items:
                raise InputError("there is no file in it: a zip needs a folder of pictures for each class")
            self.check_room(len(items))
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        finally:
            for file in files:
                remove_upload(Path(file))
        self.items += items
        self.prepared = None

    def add(self, png: bytes, label: str) -> None:
        """Put one picture on the desk, of a class of that name.  Raises InputError; the desk is then as it was."""
        self.check_room(1)
        path = self.root / f"{secrets.token_hex(4)}.png"
        with explain_disk():
            path.write_bytes(png)
        alike = sum(item.label == label for item in self.items)
        self.items.append(Item(label, f"{alike + 1}.png", path))
        self.prepared = None

    def check_room(self, more: int) -> None:
        """Raises InputError unless so many more pictures may lie on the desk."""
        if len(self.items) + more > PICTURES:
            raise InputError("a visitor may bring {most} pictures, and these are {n}: bring fewer", most=PICTURES, n=len(self.items) + more)

    def prepare(self, kind: str, size: int, channels: int) -> Iterator[int]:
        """Look at all pictures as a model of that kind takes them, telling how many are done; those looked at already are kept."""
        form, items = (kind, size, channels), list(self.items)
        if self.prepared and self.prepared[0] == form:
            return
        known = self.looks if self.form == form else {}
        self.form, self.looks = form, {}
        for n, item in enumerate(items, start=1):
            self.looks[item] = known.get(item) or look_at(item, size, channels, kind)
            yield n
        self.prepared = form, gather(self.looks[item] for item in items)

    def people(self) -> list[Item]:
        """The pictures that show a face, and of which it was not said yet that this person agreed."""
        return [item for item in (self.prepared[1].people if self.prepared else ()) if item.path not in self.agreed]

    def labels(self) -> tuple[str, ...]:
        """The classes of the pictures, by the folders they came in."""
        return self.prepared[1].labels if self.prepared else ()

    def key(self, item: Item) -> str:
        """What a page knows a picture by."""
        return str(item.path.relative_to(self.root))

    def replace(self, item: Item, other: Item | None) -> None:
        """Put another in the place of a picture; None takes it from the desk."""
        at = self.items.index(item)
        self.items[at : at + 1] = [other] if other else []
        self.prepared = None
        if other is None:
            with explain_disk():
                item.path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Take everything off the desk; a run that goes on ends."""
        self.wish, self.is_gone = "stop", True
        self.release()
        self.items, self.names, self.looks, self.prepared, self.learner = [], {}, {}, None, None
        for file in Path(get_upload_folder()).glob(f"*/{self.download}"):
            remove_upload(file)
        self.folder.cleanup()

    def pack(self, command: str) -> Path:
        """The trained model as a zip of its checkpoint.  Raises InputError where there is none, or no room for it."""
        folder, target = self.save(command), self.root / self.download
        with explain_disk(), zipfile.ZipFile(target, "w") as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, path.name)
        return target

    def save(self, command: str) -> Path:
        """The trained model as a checkpoint on the desk.  Raises InputError where there is none, or no room for it."""
        if self.learner is None:
            raise InputError("there is no trained model here: train one first")
        folder = self.root / "model"
        with explain_disk():
            self.learner.save(folder, command)
        return folder


def take_file(file: Path, target: Path, label: str) -> list[Item]:
    """The pictures of one upload, moved into the folder `target`.  Raises DataError, InputError."""
    target.mkdir()
    if not file.is_file():
        raise InputError("the upload is no longer here: choose it again")
    with open(file, "rb") as begin:
        is_zip = begin.read(2) == b"PK" or file.suffix.lower() == ".zip"
    if is_zip:
        return unpack(file, target)
    shutil.copyfile(file, target / "0")
    return [Item(label, file.name, target / "0")]


def remove_upload(file: Path) -> None:
    """Take an upload from the folder in which Gradio keeps it, and serves it to whoever knows its name; nothing from elsewhere."""
    file, root = file.resolve(), Path(get_upload_folder()).resolve()
    if file.is_relative_to(root):
        file.unlink(missing_ok=True)
        if file.parent != root:
            with contextlib.suppress(OSError):  # another file lies there
                file.parent.rmdir()


class Line:
    """Who trains, the first, and who waits for it, in order."""

    def __init__(self, most: int = WAITING):
        self.most, self.seen, self.lock = most, {}, threading.Lock()

    def place(self, desk: Desk) -> int:
        """How many are before this one, which joins at the end and has to ask again and again.  Raises InputError if the line is full."""
        now = time.monotonic()
        with self.lock:
            self.seen = {one: at for one, at in self.seen.items() if now - at < SILENT}
            if desk not in self.seen and len(self.seen) >= self.most:
                raise InputError("{n} visitors train or wait already: try again later", n=len(self.seen))
            self.seen[desk] = now
            return list(self.seen).index(desk)

    def leave(self, desk: Desk) -> None:
        with self.lock:
            self.seen.pop(desk, None)


class Studio:
    """All desks, by the session of a page."""

    def __init__(self):
        self.desks: dict[str, Desk] = {}
        self.line, self.lock = Line(), threading.Lock()

    def desk(self, session: str | None) -> Desk:
        """The desk of a session, a clean one if it has none.  Raises InputError where too many have one."""
        with self.lock:
            self.sweep()
            key = session or ""
            if key not in self.desks:
                if len(self.desks) >= DESKS:
                    raise InputError("{n} visitors have pictures here already: try again later", n=len(self.desks))
                self.desks[key] = Desk()
            self.desks[key].touched = time.monotonic()
            return self.desks[key]

    def find(self, session: str | None) -> Desk | None:
        """The desk of a session that has one."""
        return self.desks.get(session or "")

    def sweep(self) -> None:
        """Clear the desks that nobody has touched for long and at which nothing runs."""
        old = [key for key, desk in self.desks.items() if not desk.is_busy and time.monotonic() - desk.touched > FORGOTTEN]
        for key in old:
            self.desks.pop(key).clear()

    def close(self, session: str | None) -> None:
        """A visitor has left: all that was theirs goes, and their run ends."""
        with self.lock:
            desk = self.desks.pop(session or "", None)
        if desk:
            self.line.leave(desk)
            desk.clear()
