"""The page.  Nothing else knows Gradio.

Gradio writes a type stub for every component beside its source, at each import and for our widgets too: nearly half of
the time the app takes to start.  Nobody reads stubs from here, so it is told that there is no source to describe.
"""

import inspect
from unittest.mock import patch


def no_source(_):
    raise OSError("no stubs wanted")


with patch.object(inspect, "getfile", no_source):
    import gradio.component_meta

gradio.component_meta.create_or_modify_pyi = lambda *_: None
