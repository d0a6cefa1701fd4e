"""Signing in on a Space, by Gradio's own routes, against a stand-in for the Hub's: whose token a trained model is pushed by."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import httpx
import pytest
from fastapi.testclient import TestClient
from gradio import oauth
from gradio.routes import App
from joserfc import jwt
from joserfc.jwk import RSAKey

from demo import events, signing
from demo.tabs import train
from demo.text import Text

KEY = RSAKey.generate_key(2048, {"kid": "k"})
TOKEN = "hf_of-who-is-signed-in"


class Provider(BaseHTTPRequestHandler):
    """As much of OpenID as a visitor needs who says yes."""

    def log_message(self, *_):
        pass

    def say(self, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        here, url = self.server.address, urlsplit(self.path)
        if url.path == "/keys":
            return self.say({"keys": [KEY.as_dict(private=False)]})
        if url.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return self.say({"issuer": here, "id_token_signing_alg_values_supported": ["RS256"]} | {key: here + end for key, end in ends.items()})
        asked = {key: value[0] for key, value in parse_qs(url.query).items()}
        self.server.asked.append(asked)
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}&code=yes&state={asked['state']}")
        self.end_headers()
        return None

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        claims = {"iss": self.server.address, "sub": "1", "aud": "the-space", "iat": now, "exp": now + 600, "nonce": self.server.asked[-1]["nonce"]}
        claims |= {"name": "Ann", "preferred_username": "ann", "profile": "p", "picture": "q"}
        token = jwt.encode({"alg": "RS256", "kid": "k"}, claims, KEY)
        self.say({"access_token": TOKEN, "token_type": "bearer", "expires_in": 600, "scope": "openid contribute-repos", "id_token": token})


@pytest.fixture
def provider(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.address, server.asked = f"http://127.0.0.1:{server.server_address[1]}", []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    values = {"CLIENT_ID": "the-space", "CLIENT_SECRET": "s", "SCOPES": "openid contribute-repos"}
    for name, value in ({f"OAUTH_{key}": value for key, value in values.items()} | {"OPENID_PROVIDER_URL": server.address}).items():
        monkeypatch.setattr(oauth, name, value)
    monkeypatch.setenv("OAUTH_CLIENT_ID", "the-space")
    monkeypatch.setattr(oauth, "get_space", lambda: "ann/atelier")
    yield server
    server.shutdown()
    server.server_close()


def build(told: list) -> gr.Blocks:
    """A page whose one press tells whose right to write the server has seen, bound as the Train tab binds it."""

    def push(_registry, _t, s: dict, _request: gr.Request, signed: gr.OAuthToken | None = None):
        told.append(signing.choose_token(s["token"], signed))
        return {"out": "pushed"}

    with gr.Blocks() as page:
        signing.SignIn("Sign in", "Signed in as {}")
        token, out, button, line = gr.Textbox(), gr.Textbox(), gr.Button(), gr.HTML()
        status = events.StatusLine(line, Text("en"))
        events.bind_state(status, [button.click], push, dict, {"token": token}, {"out": out}, None, Text("en"))
    return page


@pytest.mark.parametrize(
    ("space", "client", "missing", "offered"),
    [("spaces", "the-space", "", True), ("spaces", "", "", False), ("", "the-space", "", False), ("spaces", "the-space", "authlib", False)],
)
def test_the_button_is_there_on_a_space_that_offers_it_alone(monkeypatch, space, client, missing, offered):
    for name, value in (("SYSTEM", space), ("SPACE_ID", "ann/atelier"), ("OAUTH_CLIENT_ID", client)):
        monkeypatch.setenv(name, value)
    for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL"):
        monkeypatch.setattr(oauth, name, "http://127.0.0.1:9")  # nobody asks there before somebody signs in
    monkeypatch.setattr(signing, "find_spec", lambda name: name != missing)
    with gr.Blocks() as page:
        train.build_after(Text("en"))
    assert any(isinstance(block, gr.LoginButton) for block in page.blocks.values()) == offered == page.expects_oauth


def test_who_is_signed_in_pushes_by_their_own_token_and_who_is_not_by_none(provider, monkeypatch):
    monkeypatch.setattr(events, "read_state", lambda _type, components, values: {name: values[block] for name, block in components.items()})
    told = []
    page = build(told)
    client = TestClient(App.create_app(page), base_url="https://testserver", follow_redirects=False)
    names = {f.name: k for k, f in page.fns.items()}

    def press(typed: str) -> str:
        answer = client.post("/gradio_api/run/predict", json={"fn_index": names["push"], "data": [typed], "session_hash": "a"})
        assert answer.status_code == 200, answer.text
        return told[-1]

    def label() -> str:
        answer = client.post("/gradio_api/run/predict", json={"fn_index": names["refresh"], "data": ["Sign in"], "session_hash": "a"})
        return answer.json()["data"][0]["value"]

    assert (press(""), press(" typed ")) == ("", "typed")
    assert label() == "Sign in"
    away = client.get("/login/huggingface", params={"_target_url": "/?tab=train"})
    assert provider.address in away.headers["location"]
    agreed = httpx.get(away.headers["location"])
    home = client.get(agreed.headers["location"])
    assert home.headers["location"] == "/?tab=train"
    assert provider.asked[-1]["scope"] == "openid contribute-repos"
    assert label() == "Signed in as ann"
    assert (press(""), press(" typed ")) == (TOKEN, "typed")
    client.get("/logout")
    assert (press(""), label()) == ("", "Sign in")
