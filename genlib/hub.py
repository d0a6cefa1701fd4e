"""Where a checkpoint is: a folder, the bundled ones, the Hub cache, the Hub.  The only module that uses the network.

Order: a local path → checkpoints/<name> → the Hub cache → the Hub.  Bundled weights never wait for it.  A package is installed without
them: then checkpoints/ is the folder GENLIB_CHECKPOINTS, or a cache folder that genlib/provision.py fills.
An unbundled name is looked for in GENLIB_HUB_REPO: "owner" means the repository owner/<name>, "owner/repo" the
folder <name> inside that repository.  `load` is content with what the cache has; `pull` asks the Hub what there is now.

A silent Hub has DEADLINE seconds; a slow one has all the time it needs, and what it sent before the line was cut is kept.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from hashlib import sha1, sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from genlib import checkpoint
from genlib.checkpoint import CARD, CODES, CONFIG, CURVES, FILM, PLOT, REFERENCE, WEIGHTS
from genlib.errors import CheckpointError, brief
from genlib.models.base import Network
from genlib.names import nearest
from genlib.reading import MAX_BYTES, MEGA, read_file

FILES, OPTIONAL = (CONFIG, WEIGHTS), (CARD, CODES, CURVES, FILM, PLOT, REFERENCE)
DEADLINE = 9.0  # seconds of silence of the Hub
PATIENCE = 60.0  # the same while it takes in what is pushed
ATTEMPTS = 5  # in a row that bring nothing
REPO_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
NAME = re.compile(r"[\w-][\w.-]*")
PAGE = re.compile(r"(?:\w+://[^/]*|(?:www\.)?(?:huggingface\.co|hf\.co))/+(?:(?:models|spaces|datasets)/)?([\w.-]+/[\w.-]+).*")
COMMIT = re.compile(r"[0-9a-f]{40}")
Progress = Callable[[str, int, int], object]  # (file, bytes that are here, bytes in all)


def bundled_folder() -> Path:
    """GENLIB_CHECKPOINTS; or a clone's checkpoints/; or, where the package was installed without it, a cache folder."""
    if named := os.environ.get("GENLIB_CHECKPOINTS"):
        return Path(named)
    beside = Path(__file__).parent.parent / "checkpoints"
    return beside if any(beside.glob(f"*/{CONFIG}")) else Path.home() / ".cache" / "genlib" / "checkpoints"


BUNDLED = bundled_folder()


class Address(NamedTuple):
    """A checkpoint on the Hub."""

    repo_id: str
    revision: str | None = None  # branch, tag or commit; none is main
    subfolder: str | None = None

    def path(self, name: str) -> str:
        """A file's place in the repository."""
        return f"{self.subfolder}/{name}" if self.subfolder else name

    def cache(self) -> Path:
        """The repository's folder in the Hub's cache."""
        from huggingface_hub import constants

        return Path(constants.HF_HUB_CACHE) / f"models--{self.repo_id.replace('/', '--')}"


class Pulled(NamedTuple):
    folder: Path
    before: str | None  # commit that the cache had
    commit: str  # that it has now


@cache
def bundled_checkpoints() -> dict[str, checkpoint.Info]:
    """name -> config of every checkpoint that came with the code."""
    folders = sorted(p.parent for p in BUNDLED.glob(f"*/{CONFIG}"))
    return {folder.name: checkpoint.read_info(folder) for folder in folders}


def load(source: str | Path) -> Network:
    """The model of a folder, a bundled name or REPO_ID[@REVISION].  Raises CheckpointError."""
    return checkpoint.load(resolve(source))


def resolve(source: str | Path) -> Path:
    """The local folder of a checkpoint, fetched from the Hub if it is nowhere else.  Raises CheckpointError."""
    text = str(source)
    if text and os.path.isdir(text):  # False, not an error, for a name too long to be a path
        return Path(text)
    if len(text) <= 100 and NAME.fullmatch(text) and (BUNDLED / text / CONFIG).is_file():
        return BUNDLED / text
    address = parse_address(text)
    return find_cached(address) or fetch(address)


def parse_address(text: str) -> Address:
    """Where on the Hub REPO_ID[@REVISION], or a name in GENLIB_HUB_REPO, is to be found.  Raises CheckpointError."""
    refuse_page(text)
    home = os.environ.get("GENLIB_HUB_REPO", "")
    if len(text) <= 200 and ".." not in text and REPO_ID.fullmatch(text) and not text.startswith("."):
        repo_id, _, revision = text.partition("@")
        return Address(repo_id, revision or None)
    if not home or len(text) > 100 or not NAME.fullmatch(text):
        if not bundled_checkpoints():
            raise no_checkpoints()
        if near := nearest(text, bundled_checkpoints()):
            raise CheckpointError("there is no checkpoint {name}: did you mean {near}?", name=brief(text), near=near)
        raise CheckpointError(
            "there is no checkpoint {name}; {n} are bundled: `python -m genlib list` names them", name=brief(text), n=len(bundled_checkpoints())
        )
    home, _, revision = home.partition("@")
    return Address(home, revision or None, text) if "/" in home else Address(f"{home}/{text}", revision or None)


def no_checkpoints() -> CheckpointError:
    """What to set where none came with the code and nobody has said where they are."""
    return CheckpointError("there are no checkpoints here: set GENLIB_CHECKPOINTS to a folder of them, or GENLIB_HUB_REPO to who has them on the Hub")


def refuse_page(text: str) -> None:
    if page := PAGE.fullmatch(text):
        raise CheckpointError("{address} is the address of a page: give the repository's name, {name}", address=brief(text), name=page[1])


def find_cached(address: Address) -> Path | None:
    """The checkpoint's folder in the Hub's cache, if all of it is there and as the Hub sent it."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    patterns = [address.path(name) for name in (*FILES, *OPTIONAL)]
    try:
        root = snapshot_download(address.repo_id, revision=address.revision, local_files_only=True, allow_patterns=patterns)
        folder = Path(root) / address.path("")
        here = [name for name in (*FILES, *OPTIONAL) if (folder / name).is_file()]
        return folder if set(FILES) <= set(here) and all(verify(folder, name) for name in here) else None
    except (OSError, EntryNotFoundError, HFValidationError, CheckpointError):
        return None


def fetch(address: Address, progress: Progress = lambda *_: None) -> Path:
    """The checkpoint as it is on the Hub now, in the local cache: whole, of one commit, and such as loads; or CheckpointError."""
    from huggingface_hub import constants

    if constants.is_offline_mode():
        raise CheckpointError("HF_HUB_OFFLINE is set, so the Hub cannot be asked for {repo}", repo=address.repo_id)
    return watch(lambda alive: download(address, alive, progress), address.repo_id)


def watch(function: Callable[[Callable[[], None]], Path], what: str) -> Path:
    """function(alive) in a thread of its own, which calls alive() whenever the Hub was heard.  Raises CheckpointError on silence."""
    heard, given_up, done = [time.monotonic()], threading.Event(), threading.Event()
    result: list = []

    def alive() -> None:
        if given_up.is_set():
            raise InterruptedError("nobody waits any more")
        heard[0] = time.monotonic()

    def work() -> None:
        try:
            result.append((True, function(alive)))
        except BaseException as error:  # handed to the caller, whatever it is
            result.append((False, error))
        done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.wait(max(heard[0] + DEADLINE - time.monotonic(), 0.01)):
        if time.monotonic() - heard[0] >= DEADLINE:
            given_up.set()
            raise silence(what)
    fine, value = result[0]
    if not fine:
        raise value
    return value


def silence(what: str) -> CheckpointError:
    return CheckpointError(
        "the Hub did not answer within {seconds:.0f} s; could not fetch {repo}; what has arrived is kept for the next try",
        seconds=DEADLINE, repo=what,
    )  # fmt: skip


def download(address: Address, alive: Callable[[], None], progress: Progress) -> Path:
    """Every file from one commit into the Hub's cache, which takes the commit for the newest once all are there and load."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    try:
        commit = look_up(address, CONFIG, address.revision).commit_hash or ""
        if not COMMIT.fullmatch(commit):
            raise CheckpointError("could not fetch {repo}: the Hub names no commit", repo=address.repo_id)
        for name in (*FILES, *OPTIONAL):
            alive()
            try:
                metadata = look_up(address, name, commit)
            except EntryNotFoundError:
                if name in FILES:
                    raise
                continue
            keep_blob(address, name, commit, metadata, alive, progress)
            path = hf_hub_download(address.repo_id, name, subfolder=address.subfolder, revision=commit)
            if not verify(Path(path).parent, name):
                raise damage_error(name)
        folder = address.cache() / "snapshots" / commit / address.path("")
        checkpoint.load(folder)
        if address.revision != commit:
            checkpoint.write(address.cache() / "refs" / (address.revision or "main"), commit.encode())
    except (OSError, EntryNotFoundError, HFValidationError, *transport_errors()) as error:
        reason, values = explain_failure(error)
        values |= {"repo": address.repo_id, "revision": brief(address.revision)}
        raise CheckpointError("could not fetch {repo}: " + reason, **values) from error
    return folder


def look_up(address: Address, name: str, revision: str | None):
    """What the Hub says of a file: commit_hash, etag, size.  Raises the client's errors; CheckpointError if it is too large."""
    from huggingface_hub import get_hf_file_metadata, get_token, hf_hub_url

    url = hf_hub_url(address.repo_id, name, subfolder=address.subfolder, revision=revision)
    metadata = get_hf_file_metadata(url, token=get_token(), timeout=DEADLINE)
    size = metadata.size or 0
    if size > MAX_BYTES[name]:
        raise CheckpointError(
            "could not fetch {repo}: its {name} has {size} MB, and at most {most} MB are read",
            repo=address.repo_id, name=name, size=size // MEGA, most=MAX_BYTES[name] // MEGA,
        )  # fmt: skip
    return metadata


def keep_blob(address: Address, name: str, commit: str, metadata, alive: Callable[[], None], progress: Progress) -> None:
    """A file's bytes into the cache, going on where an earlier try was cut off: whole and right, or not there.

    The client alone throws away half a file.  What has no tag or size is left to it.
    """
    from huggingface_hub import hf_hub_url

    blob = address.cache() / "blobs" / (metadata.etag or "")
    if blob.is_file() or not metadata.size or not NAME.fullmatch(metadata.etag or ""):
        return
    part, failures = blob.with_name(f"{blob.name}.part"), 0
    part.parent.mkdir(parents=True, exist_ok=True)
    url = hf_hub_url(address.repo_id, name, subfolder=address.subfolder, revision=commit)
    with only_one(part, address.repo_id):
        while (here := part.stat().st_size if part.exists() else 0) < metadata.size:
            error = append(url, part, here, lambda size: (alive(), progress(name, size, metadata.size)))
            failures = 0 if part.exists() and part.stat().st_size > here else failures + 1
            if failures == ATTEMPTS:
                raise error or damage_error(name)
            time.sleep(0.3 * failures)
        if digest(part.read_bytes(), blob.name) != blob.name:
            part.unlink()
            raise damage_error(name)
        part.replace(blob)


@contextmanager
def only_one(part: Path, what: str):
    """Two that fetch the same file would write into each other."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(f"{part}.lock", timeout=0):
            yield
    except Timeout:
        raise CheckpointError("{repo} is being fetched already: try again when that is done", repo=what) from None


def append(url: str, part: Path, here: int, report: Callable[[int], object]) -> Exception | None:
    """What the Hub sends of a file from byte `here` on, at the end of `part`; the error that cut it off, if one did."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    headers = build_hf_headers() | {"Range": f"bytes={here}-", "Accept-Encoding": "identity"}
    try:
        with get_session().stream("GET", url, headers=headers, follow_redirects=True, timeout=DEADLINE) as response:
            hf_raise_for_status(response)
            with open(part, "ab" if response.status_code == 206 else "wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
                    report(file.tell())
                    if file.tell() > MAX_BYTES[WEIGHTS]:
                        break
    except transport_errors() as error:
        if "Timeout" in type(error).__name__:
            raise silence(part.name) from error
        return error
    return None


def transport_errors() -> tuple[type[Exception], ...]:
    """What the client's HTTP library raises: httpx, or in later versions httpx2."""
    from huggingface_hub import get_session

    return (import_module(type(get_session()).__module__.partition(".")[0]).TransportError,)


def explain_failure(error: Exception, token: str | None = None) -> tuple[str, dict]:
    """Why the Hub gave nothing: a sentence's template and its values, but for {repo} and {revision}; `token`: that was used in place of HF_TOKEN."""
    from huggingface_hub import get_token

    response: Any = getattr(error, "response", None)  # of the client's HTTP library
    status, code = getattr(response, "status_code", 0), getattr(response, "headers", {}).get("X-Error-Code", "")
    if code == "GatedRepo":
        return "it is gated ({status}): ask for access on its page, then set HF_TOKEN to your token", {"status": status}
    if code == "RevisionNotFound":
        return "it has no revision {revision} (404)", {}
    if code == "EntryNotFound":
        return "it is no checkpoint, for it has no {name} (404)", {"name": str(response.url).rpartition("/")[2]}
    if status == 401 and (token or get_token()):
        return "the Hub does not take the token in HF_TOKEN (401): it is wrong or expired, or the repository is not yours to read", {}
    if status == 401:
        return "the Hub wants a token (401): the repository is private, or there is none of that name; set HF_TOKEN", {}
    if status == 403:
        return "the token in HF_TOKEN gives no right to it (403): take one that does", {}
    if status == 404:
        return "there is no such repository (404), or it is private: then set HF_TOKEN to a token that may read it", {}
    if status == 429:
        return "the Hub has had too many requests (429): wait a while, or set HF_TOKEN", {}
    if status:
        return "the Hub answers with an error ({status}): try later", {"status": status}
    if isinstance(error, transport_errors()):
        return "the Hub did not answer ({reason}): is the network there?", {"reason": first_line(error)}
    return "{reason}", {"reason": getattr(error, "strerror", None) or first_line(error)}


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def digest(data: bytes, etag: str) -> str:
    """The digest of a file that an ETag of this form is: sha256 of a large file, git's sha1 of a small one; else the ETag."""
    if re.fullmatch(r"[0-9a-f]{64}", etag):
        return sha256(data).hexdigest()
    return sha1(b"blob %d\0" % len(data) + data).hexdigest() if COMMIT.fullmatch(etag) else etag


def damage_error(name: str) -> CheckpointError:
    return CheckpointError("{name} arrived damaged: its digest is not the one the Hub names; try again", name=name)


def verify(folder: Path, name: str) -> bool:
    """Whether a file of the cache is what the Hub said it is, by the ETag its link names; if not, it is dropped."""
    path = folder / name
    if not path.is_symlink():  # a cache without links names no digests
        return True
    blob = path.parent / os.readlink(path)
    if digest(read_file(folder, name), blob.name) == blob.name:
        return True
    path.unlink(missing_ok=True)
    blob.unlink(missing_ok=True)
    return False


def pull(source: str, out: Path | None = None, progress: Progress = lambda *_: None) -> Pulled:
    """Fetch what the Hub has of REPO_ID[@REVISION] now, or of a name in GENLIB_HUB_REPO; copied to `out` if given."""
    address = parse_address(source)
    before = find_cached(address)
    folder = fetch(address, progress)
    if out is not None:
        copy(folder, Path(out))
    return Pulled(Path(out) if out else folder, before and commit_of(before), commit_of(folder))


def commit_of(folder: Path) -> str:
    return folder.parts[folder.parts.index("snapshots") + 1]


def copy(folder: Path, out: Path) -> None:
    """A checkpoint from the cache to a folder of one's own, in place of what is there.  Raises CheckpointError."""
    try:
        checkpoint.replace_checkpoint(out, checkpoint.read_info(folder), read_file(folder, WEIGHTS))
        checkpoint.write(out / CONFIG, read_file(folder, CONFIG))
        for name in OPTIONAL:
            if (folder / name).exists():
                checkpoint.write(out / name, read_file(folder, name))
            else:
                (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise CheckpointError("could not write to {folder}: {reason}", folder=out, reason=error.strerror) from error


def card_data(*, model_name: str, results: list[dict], **about) -> str:
    """The front matter of a model card, YAML without its rules; `results` are keyword arguments of the Hub's EvalResult."""
    from huggingface_hub import EvalResult, ModelCardData

    known = [EvalResult(**result) for result in results]
    return ModelCardData(model_name=model_name, eval_results=known or None, **about).to_yaml()


def push(folder: Path, repo_id: str, token: str | None = None) -> str:
    """Upload a checkpoint folder with its card, by this token or by that in HF_TOKEN; returns the commit's address.  Raises CheckpointError."""
    from huggingface_hub import HfApi, get_session
    from huggingface_hub.errors import HFValidationError

    refuse_page(repo_id)
    checkpoint.load(folder)  # never publish what would not load
    try:
        get_session().timeout = PATIENCE  # by itself the client waits for ever
        HfApi(token=token).create_repo(repo_id, exist_ok=True)
        info = HfApi(token=token).upload_folder(
            repo_id=repo_id, folder_path=folder, allow_patterns=[*FILES, *OPTIONAL],
            commit_message=f"Upload {folder.name} from genlib",
        )  # fmt: skip
    except (OSError, HFValidationError, *transport_errors()) as error:
        reason, values = explain_failure(error, token)
        reason = reason.replace(" in HF_TOKEN", "") if token else reason
        raise CheckpointError("could not push to {repo}: " + reason, **values | {"repo": repo_id, "revision": ""}) from error
    return info.commit_url
