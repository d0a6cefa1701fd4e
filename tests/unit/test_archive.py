"""A zip of own pictures: what is refused before it is unpacked, what is left out, and how names come through."""

import io
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image

from genlib import data
from genlib.data import archive
from genlib.data.own import gather, look_at


def picture(seed: int = 0, side: int = 16) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3)).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def pack(path, files: dict[str, bytes], how=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", how) as file:
        for name, raw in files.items():
            file.writestr(name, raw)
    return path


def refuse(path, tmp_path, match: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(data.DataError, match=match):
        archive.unpack(path, target)
    assert sum(file.stat().st_size for file in target.iterdir()) <= 2 * archive.RATIO_FROM


@pytest.mark.parametrize("name", ["../a/1.png", "/a/1.png", "a/../../1.png", "..\\1.png", "C:\\1.png", "C:/1.png"])
def test_a_file_that_leads_out_of_its_folder_is_refused(name, tmp_path):
    refuse(pack(tmp_path / "x.zip", {"a/0.png": picture(), name: picture()}), tmp_path, "leads out of its folder")


def test_a_link_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        link = zipfile.ZipInfo("a/1.png")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    refuse(tmp_path / "x.zip", tmp_path, "a link, 'a/1.png'")


def test_what_is_packed_too_far_or_too_large_is_refused_by_what_the_directory_says(tmp_path, monkeypatch):
    bomb = pack(tmp_path / "bomb.zip", {"a/1.png": bytes(10_000_000)}, zipfile.ZIP_DEFLATED)
    refuse(bomb, tmp_path, "packed further")
    monkeypatch.setattr(archive, "MAX_TOTAL", 1000)
    (tmp_path / "target").rmdir()
    refuse(pack(tmp_path / "x.zip", {"a/1.png": bytes(2000)}), tmp_path, "most")


def test_a_directory_that_lies_about_a_size_does_not_let_a_bomb_through(tmp_path):
    raw = bytearray(pack(tmp_path / "x.zip", {"a/1.png": bytes(10_000_000)}, zipfile.ZIP_DEFLATED).read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", raw, raw.index(mark) + at, 100)
    (tmp_path / "x.zip").write_bytes(raw)
    refuse(tmp_path / "x.zip", tmp_path, "no zip that can be read")


def test_too_many_files_are_refused_by_the_directorys_end_alone(tmp_path, monkeypatch):
    pack(tmp_path / "x.zip", {f"a/{k}.png": b"" for k in range(20)})
    monkeypatch.setattr(archive, "MAX_FILES", 10)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it reads the directory"))
    refuse(tmp_path / "x.zip", tmp_path, "more than 10 files")


def test_a_zip64_is_refused_for_its_counts_stand_elsewhere(tmp_path):
    raw = pack(tmp_path / "x.zip", {"a/1.png": b""}).read_bytes()
    (tmp_path / "x.zip").write_bytes(raw[:-22] + archive.LOCATOR + bytes(16) + raw[-22:])
    refuse(tmp_path / "x.zip", tmp_path, "more than 5,000 files")


def test_an_encrypted_zip_is_refused(tmp_path):
    raw = bytearray(pack(tmp_path / "x.zip", {"a/1.png": picture()}).read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(raw)
    refuse(tmp_path / "x.zip", tmp_path, "without a password")


@pytest.mark.parametrize("raw", [b"", b"PK", b"no zip at all" * 100, archive.END])
def test_what_is_no_zip_is_said_to_be_none(raw, tmp_path):
    (tmp_path / "x.zip").write_bytes(raw)
    refuse(tmp_path / "x.zip", tmp_path, "no zip")


def test_a_damaged_zip_is_refused_whatever_byte_is_wrong(tmp_path):
    raw = pack(tmp_path / "x.zip", {"a/1.png": picture()}, zipfile.ZIP_DEFLATED).read_bytes()
    random = np.random.default_rng(0)
    for k, at in enumerate(random.integers(0, len(raw), 60)):
        (tmp_path / "x.zip").write_bytes(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])
        target = tmp_path / str(k)
        target.mkdir()
        try:
            archive.unpack(tmp_path / "x.zip", target)
        except data.DataError:
            continue


def test_folders_are_classes_and_names_stay_words(tmp_path):
    markup = "<img src=x onerror=alert(1)>"
    path = pack(tmp_path / "mine.zip", {
        "set/猫/一.png": picture(1), f"set/{markup}/1.png": picture(2), "set/猫/.hidden.png": b"", "__MACOSX/set/猫/._一.png": b"x", "beside.png": picture(3),
    })  # fmt: skip
    (tmp_path / "target").mkdir()
    items = archive.unpack(path, tmp_path / "target")
    assert {(item.label, item.file) for item in items} == {("猫", "一.png"), (markup, "1.png"), ("mine", "beside.png")}
    assert sorted(file.name for file in (tmp_path / "target").iterdir()) == ["00000", "00001", "00002"]


def test_names_that_windows_wrote_in_chinese_are_read(tmp_path):
    raw = pack(tmp_path / "x.zip", {"AAAA/1.png": picture()}).read_bytes().replace(b"AAAA", "叶子".encode("gb18030"))
    (tmp_path / "x.zip").write_bytes(raw)
    (tmp_path / "target").mkdir()
    assert archive.unpack(tmp_path / "x.zip", tmp_path / "target")[0].label == "叶子"


def test_a_zip_is_read_as_its_folders_would_be(tmp_path):
    files = {f"{name}/{k}.png": picture(10 * i + k) for i, name in enumerate("ab") for k in range(3)}
    pack(tmp_path / "x.zip", files)
    for name, raw in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(raw)
    packed, loose = (data.folder(tmp_path / name, 8, 1, "colour") for name in ("x.zip", "folder"))
    assert packed.x.equal(loose.x)
    assert (packed.labels, packed.y.tolist()) == (loose.labels, loose.y.tolist())


def test_what_is_no_picture_too_small_too_large_or_a_copy_is_left_out_and_said_why(tmp_path):
    large = io.BytesIO()
    Image.new("1", (6000, 6000)).save(large, "PNG")
    files = {
        "a/1.png": picture(),
        "a/2.png": picture(),
        "a/3.png": picture(1, 4),
        "a/4.txt": b"words",
        "a/5.png": large.getvalue(),
        "b/1.png": picture(),
    }
    (tmp_path / "target").mkdir()
    items = archive.unpack(pack(tmp_path / "x.zip", files), tmp_path / "target")
    pictures = gather(look_at(item, 8, 1, "colour") for item in items)
    assert (len(pictures), pictures.labels) == (2, ("a", "b"))
    said = {remark.file: remark.text for remark in pictures.left_out}
    assert said["2.png"] == "It is the same file as 1.png."
    assert said["3.png"] == "It is 4×4: too small to be seen."
    assert "not a picture" in said["4.txt"]
    assert "megapixels" in said["5.png"]
    doubts = {remark.text for remark in pictures.doubts if remark.file == "1.png"}
    assert {f"The same file is in {label} too: it can be of one class only." for label in "ab"} <= doubts
    assert len(gather([])) == 0
