"""Where a checkpoint is: a folder, the bundled ones, the Hub cache, the Hub.  The only module that uses the network.

Order: a local path → checkpoints/<name> → the Hub cache → the Hub.  Bundled weights never wait for it.
An unbundled name is looked for in GENLIB_HUB_REPO: "owner" means the repository owner/<name>, "owner/repo" the
folder <name> inside that repository.
"""

import os
import re
import threading
from functools import cache
from hashlib import sha1, sha256
from pathlib import Path

from torch import nn

from genlib import checkpoint
from genlib.checkpoint import CheckpointError

BUNDLED = Path(__file__).parent.parent / "checkpoints"
FILES = (checkpoint.CONFIG, checkpoint.WEIGHTS, checkpoint.CARD)
OPTIONAL = (checkpoint.CARD, checkpoint.CODES, checkpoint.CURVES)
DEADLINE = 9.0  # seconds for one answer of the Hub: its client alone would try for 23 s a file
REPO_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
NAME = re.compile(r"[\w.-]+")


@cache
def bundled() -> dict[str, checkpoint.Info]:
    """name -> config of every checkpoint that came with the code."""
    folders = sorted(p.parent for p in BUNDLED.glob(f"*/{checkpoint.CONFIG}"))
    return {folder.name: checkpoint.read_info(folder) for folder in folders}


def load(source: str | Path) -> nn.Module:
    """The model of a folder, a bundled name or REPO_ID[@REVISION].  Raises CheckpointError."""
    return checkpoint.load(resolve(source))


def resolve(source: str | Path) -> Path:
    """The local folder of a checkpoint, fetched from the Hub if it is nowhere else.  Raises CheckpointError."""
    text = str(source)
    if text and os.path.isdir(text):  # False, not an error, for a name too long to be a path
        return Path(text)
    if NAME.fullmatch(text) and (BUNDLED / text / checkpoint.CONFIG).is_file():
        return BUNDLED / text
    if REPO_ID.fullmatch(text) and not text.startswith("."):
        repo_id, _, revision = text.partition("@")
        return fetch(repo_id, revision or None)
    home = os.environ.get("GENLIB_HUB_REPO")
    if not NAME.fullmatch(text) or not home:
        raise CheckpointError(f"there is no checkpoint {text!r}; bundled are {', '.join(bundled()) or 'none'}")
    home, _, revision = home.partition("@")
    return fetch(home, revision or None, text) if "/" in home else fetch(f"{home}/{text}", revision or None)


def fetch(repo_id: str, revision: str | None = None, subfolder: str | None = None) -> Path:
    """The folder of a Hub checkpoint in the local cache, asked of the Hub if it is not there yet.

    The revision is pinned at the first answer: all files come from one commit, and each is checked against the
    digest the Hub gave it.  Raises CheckpointError, within DEADLINE seconds of silence.
    """
    from huggingface_hub import constants

    try:
        return download(repo_id, revision, subfolder, local_files_only=True)
    except CheckpointError:
        if constants.is_offline_mode():
            raise CheckpointError(f"{repo_id} is not in the Hub cache, and HF_HUB_OFFLINE is set") from None
    return within(DEADLINE, repo_id, lambda: download(repo_id, revision, subfolder))


def within(seconds: float, what: str, function):
    """function() in a thread of its own, so that a silent Hub holds nobody up.  Raises CheckpointError."""
    box: list = []

    def work() -> None:
        try:
            box.append((True, function()))
        except BaseException as error:  # handed to the caller, whatever it is
            box.append((False, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not box:
        raise CheckpointError(f"the Hub did not answer within {seconds:.0f} s; could not fetch {what}")
    fine, result = box[0]
    if not fine:
        raise result
    return result


def download(repo_id: str, revision: str | None, subfolder: str | None, local_files_only: bool = False) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    def get(name: str, at: str | None) -> Path:
        path = hf_hub_download(repo_id, name, subfolder=subfolder, revision=at, local_files_only=local_files_only)
        return verified(Path(path))

    try:
        config = get(checkpoint.CONFIG, revision)
        commit = config.parts[config.parts.index("snapshots") + 1]
        get(checkpoint.WEIGHTS, commit)
    except (OSError, EntryNotFoundError, HFValidationError) as error:
        raise CheckpointError(f"could not fetch {repo_id} from the Hub: {first_line(error)}") from error
    for name in OPTIONAL:
        try:
            get(name, commit)
        except (OSError, EntryNotFoundError):
            continue
    return config.parent


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def verified(path: Path) -> Path:
    """The cached file, if it is what the Hub said it is.  Raises CheckpointError, and drops the file.

    The cache names a file by its ETag: the sha256 of a large file, git's sha1 of a small one.
    """
    blob = path.resolve()
    data, etag = blob.read_bytes(), blob.name
    digest = {64: lambda: sha256(data).hexdigest(), 40: lambda: sha1(b"blob %d\0" % len(data) + data).hexdigest()}
    if re.fullmatch(r"[0-9a-f]+", etag) and len(etag) in digest and digest[len(etag)]() != etag:
        path.unlink(missing_ok=True)
        blob.unlink(missing_ok=True)
        raise CheckpointError(f"{path.name} arrived damaged: its digest is not the one the Hub names; try again")
    return path


def pull(source: str, out: Path | None = None) -> Path:
    """Fetch REPO_ID[@REVISION] and check that it loads; copied to `out` if given.  Returns its folder."""
    repo_id, _, revision = source.partition("@")
    folder = fetch(repo_id, revision or None)
    checkpoint.load(folder)
    if out is None:
        return folder
    for name in (*FILES, *OPTIONAL):
        if (folder / name).exists():
            checkpoint.write(Path(out) / name, (folder / name).read_bytes())
    return Path(out)


def push(folder: Path, repo_id: str) -> str:
    """Upload a checkpoint folder with its card; returns the commit's address.  Raises CheckpointError."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    checkpoint.load(folder)  # never publish what would not load
    try:
        HfApi().create_repo(repo_id, exist_ok=True)
        info = HfApi().upload_folder(
            repo_id=repo_id, folder_path=folder, allow_patterns=[*FILES, *OPTIONAL],
            commit_message=f"Upload {folder.name} from genlib",
        )  # fmt: skip
    except (OSError, HFValidationError) as error:
        raise CheckpointError(f"could not push to {repo_id}: {first_line(error)}") from error
    return info.commit_url
