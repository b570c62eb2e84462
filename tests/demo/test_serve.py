"""Where the demo listens, and what keeps it from starting."""

import socket
import sys

import pytest
from test_cli import run

from pairdx.core.errors import PairdxError
from pairdx.demo.serve import Address


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_loopback_is_known_by_its_names(host):
    assert Address(host).loopback
    assert host in Address(host).names


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "machine.invalid"])
def test_others_may_reach_it_only_if_asked_for(host):
    assert Address(host).names == frozenset()
    with pytest.raises(PairdxError, match="others can reach it; add --share-on-network"):
        Address(host).bind()


def test_a_port_that_is_asked_for_is_taken():
    with Address("0.0.0.0", 0, share_on_network=True).bind() as taken:
        assert taken.getsockname()[1] > 0


def test_a_port_in_use_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PairdxError, match=rf"--port {port}: cannot listen there"):
            Address(port=port).bind()


def test_a_host_that_is_not_here_is_told():
    with pytest.raises(PairdxError, match=r"--host no\.invalid --port 0: cannot listen there"):
        Address("no.invalid", 0, share_on_network=True).bind()


def test_without_gradio_its_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert run(monkeypatch, "demo") == 1
    told = capsys.readouterr().err
    assert told == "error: pairdx demo needs Gradio; pip install 'pairdx[demo]'\n"


def test_without_models_it_does_not_start(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "demo", "--port", "0") == 1
    assert "--models models: no folder in it holds a model.json" in capsys.readouterr().err
