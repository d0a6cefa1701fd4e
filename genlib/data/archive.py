"""A zip of pictures, a folder a class or none, unpacked without trust.

What its directory says is judged before a byte is unpacked: how many files, how large, how far packed, under which names; what comes out is
counted again, for a directory may lie.  On the disk the files are numbers: a stranger's names stay words that are shown.
"""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from genlib.data.base import DataError
from genlib.errors import brief
from genlib.preparation.base import Handle

MAX_FILES = 5000
MAX_TOTAL = 500_000_000  # bytes of all that comes out
MAX_RATIO = 200  # bytes out of one: no picture is packed so far
RATIO_FROM = 1_000_000  # bytes, from where that is looked at
MAX_DIRECTORY = 400 * MAX_FILES  # bytes of the list of files
CHUNK = 1 << 16
END, LOCATOR = b"PK\x05\x06", b"PK\x06\x07"  # the directory's end; before it, that of a zip64
END_SIZE, LOCATOR_SIZE = 22, 20


class Item(NamedTuple):
    """A file of own pictures, before anybody has looked at it."""

    label: str  # its class
    file: str  # its name
    path: Path  # where it lies
    handle: Handle = Handle()  # what was set right in it by hand


def unpack(path: Path, target: Path) -> list[Item]:
    """The files of a zip, put into the folder `target`, in the order of their names.  The class of each is its folder, or else the zip's name.

    Raises DataError for what is no zip, or one that is encrypted, leads out of its folder, or is larger than the bounds above.
    """
    check_directory(path)
    try:
        with zipfile.ZipFile(path) as file:
            entries = check_entries(file.infolist(), path.stat().st_size)
            left = MAX_TOTAL
            items = []
            for number, (name, entry) in enumerate(entries):
                left -= extract(file, entry, target / f"{number:05}", left)
                parent = PurePosixPath(name).parent.name
                items.append(Item(parent or path.stem, PurePosixPath(name).name, target / f"{number:05}"))
            return items
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
        raise broken() from error
    except OSError as error:
        raise DataError("the zip cannot be unpacked ({reason}): is there room on the disk?", reason=error.strerror or str(error)) from error


def broken() -> DataError:
    return DataError("this is no zip that can be read: pack the pictures again")


def check_directory(path: Path) -> None:
    """Judge the list of files by its size, before it is read.  Raises DataError."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END_SIZE - LOCATOR_SIZE - 0xFFFF))
        tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise broken()
    count, length = int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")
    is_large = tail[max(0, at - LOCATOR_SIZE) : at].startswith(LOCATOR)  # a zip64, of counts that do not fit here
    if is_large or count > MAX_FILES or length > MAX_DIRECTORY:
        raise too_many()


def too_many() -> DataError:
    return DataError("the zip holds more than {most:,} files: pack fewer", most=MAX_FILES)


def check_entries(entries: list[zipfile.ZipInfo], packed: int) -> list[tuple[str, zipfile.ZipInfo]]:
    """The files that are not hidden, sorted by name, each with its name.  Raises DataError."""
    if len(entries) > MAX_FILES:
        raise too_many()
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise DataError(
            "the zip holds {n} MB unpacked, and {most} MB is the most: pack fewer or smaller pictures", n=total // 10**6, most=MAX_TOTAL // 10**6
        )
    if total > RATIO_FROM and total > MAX_RATIO * packed:
        raise bomb()
    for entry in entries:
        check_entry(entry)
    names = [(decode_name(entry), entry) for entry in entries if not entry.is_dir()]
    return sorted((pair for pair in names if not is_hidden(pair[0])), key=lambda pair: pair[0])


def bomb() -> DataError:
    return DataError("the zip is packed further than any picture can be: it is not unpacked")


def check_entry(entry: zipfile.ZipInfo) -> None:
    """Raises DataError for one that is encrypted, a link, leads elsewhere, or unpacks to far more than it is."""
    name = decode_name(entry)
    path = PurePosixPath(name)
    if entry.flag_bits & 1:
        raise DataError("the zip is encrypted: pack it without a password")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DataError("the zip holds a link, {name}: pack the pictures themselves", name=brief(name))
    if path.is_absolute() or ".." in path.parts or "\0" in name or any(part.endswith(":") for part in path.parts[:1]):
        raise DataError("the zip holds a file that leads out of its folder, {name}: pack a folder of pictures", name=brief(name))
    if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * entry.compress_size:
        raise bomb()


def decode_name(entry: zipfile.ZipInfo) -> str:
    """A file's name with forward slashes.  Where the zip does not say how it is written: as UTF-8, or as Windows writes Chinese, or as DOS did."""
    name = entry.orig_filename
    if not entry.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def is_hidden(name: str) -> bool:
    """Whether a system has put it there for itself."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Unpack one file; its bytes.  Raises DataError once it is more than `most`, or far more than was packed."""
    size = 0
    with archive.open(entry) as source, open(target, "wb") as file:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > most or size > max(RATIO_FROM, MAX_RATIO * entry.compress_size):
                raise bomb()
            file.write(chunk)
    return size
