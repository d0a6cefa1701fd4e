"""Where Gradio reads what a call sends: whatever is not what a component holds ends here, in one sentence."""

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.route_utils import FnIndexInferError
from gradio_client.utils import is_file_obj_with_meta, is_http_url_like
from starlette.requests import Request
from starlette.responses import JSONResponse

from demo.registry import ModelRegistry
from demo.text import Text
from genlib.errors import InputError, Problem

# What Gradio's own reading of a value raises: of a file it did not make, a choice there is not, a value of another type.
UNREAD = (ValueError, TypeError, LookupError, AttributeError, OSError)
NOTHING: dict = {}


class SessionConfig(BlocksConfig):
    """A session's blocks, without the copy of every component's props that Gradio keeps for deep links: nobody makes any
    here, and it takes 1.4 MB and 20 ms a page load."""

    @staticmethod
    def config_for_block(*_args, **_more) -> dict:
        return NOTHING


class PageConfig(BlocksConfig):
    """The page's blocks; Gradio copies them for each session."""

    def __copy__(self) -> SessionConfig:
        session = SessionConfig(self.root_block)
        session.blocks, session.fns, session.fn_id = dict(self.blocks), dict(self.fns), self.fn_id
        session.renderables = list(self.renderables)
        return session


class Page(gr.Blocks):
    """gr.Blocks that answers a malformed call with a sentence, fetches nothing for its callers, and has light sessions.

    registry: the models it shows, for routes of its own.
    """

    def __init__(self, registry: ModelRegistry | None = None, **more):
        super().__init__(**more)
        self.registry = registry
        self.default_config = PageConfig(self)

    def validate_inputs(self, block_fn, inputs) -> None:
        """Raises InputError for too few or too many values."""
        names = [str(getattr(block, "label", None) or type(block).__name__) for block in block_fn.inputs]
        if len(inputs) != len(names):
            wanted = f"{len(names)} values ({', '.join(names)})" if names else "no values"
            raise InputError("{name} takes {wanted}, got {count}", name=block_fn.name, wanted=wanted, count=len(inputs))
        if any(remote(value) for value in inputs):
            raise InputError("send the file itself: nothing is fetched from an address")

    async def preprocess_data(self, block_fn, inputs, state, explicit_call=False):
        """Raises gr.Error, one sentence, for values that the components do not take."""
        try:
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except (gr.Error, *UNREAD) as error:
            known = next((e for e in (error, error.__cause__) if isinstance(e, Problem)), None)
            known = known or InputError("a value is not what {name} takes: load the page again, or look at its API", name=block_fn.name)
            raise gr.Error(Text(block_fn.page or "en").problem(known), print_exception=False) from error


def remote(value) -> bool:
    """Whether there is a file within a value, lists and objects of any depth, that Gradio would fetch from another host."""
    if isinstance(value, dict):
        return is_file_obj_with_meta(value) and is_http_url_like(value["path"]) or any(map(remote, value.values()))
    return isinstance(value, list) and any(map(remote, value))


async def no_such_function(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "There is no endpoint of that name: look at the page's API."}, 404)


async def not_understood(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "The call is not one this page takes: look at its API."}, 400)


# Raised by Gradio's routes before they know which function is meant, or what it takes.
HANDLERS = {FnIndexInferError: no_such_function, KeyError: no_such_function, TypeError: not_understood}
