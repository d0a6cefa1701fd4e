"""Signing in with Hugging Face, where a Space offers it (`hf_oauth: true`): a visitor's right to write then comes from the Hub, and no token is typed.

The token lives in a cookie of the visitor's browser, signed by the Space; nothing of it is kept here.
"""

import json
import os
from importlib.util import find_spec

import gradio as gr
from gradio.utils import get_space

# In a tab of its own, for whoever leaves this page loses what was trained here; closed again once that tab is back on this host.
BESIDE = """async (label) => {
    const root = window.gradio_config?.root || "", way = label === SIGN_IN ? "login/huggingface" : "logout";
    const beside = window.open(`${root}/${way}?_target_url=/?tab=train`, "_blank");
    const isBack = () => { try { return beside.location.host === location.host && !/\\/log(in|out)/.test(beside.location.pathname); } catch { return false; } };
    for (let k = 0; k < 1500 && beside && !beside.closed; k++) {
        await new Promise((go) => { setTimeout(go, 200); });
        if (isBack()) beside.close();
    }
    return label;
}"""


def is_offered() -> bool:
    """Whether this is a Space that lets its visitors sign in, with what Gradio wants for it; without that it would not start."""
    return bool(os.environ.get("OAUTH_CLIENT_ID")) and get_space() is not None and all(map(find_spec, ("authlib", "itsdangerous")))


class SignIn(gr.LoginButton):
    """Gradio's button, but that the page stays."""

    def get_block_name(self) -> str:
        return "button"

    def activate(self) -> None:
        js = BESIDE.replace("SIGN_IN", json.dumps(self.value))
        self.click(self.refresh, self, self, js=js, queue=False, show_progress="hidden", api_visibility="private")
        self.attach_load_event(self._check_login_status, None)

    def refresh(self, _label: str, request: gr.Request) -> gr.LoginButton:
        """Who is signed in now."""
        return self._check_login_status(request)


def choose_token(typed: str, signed: gr.OAuthToken | None) -> str:
    """The token that was typed or, where none was, that of who is signed in; "" for nobody."""
    return typed.strip() or (signed.token if signed else "")
