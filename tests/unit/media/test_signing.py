"""Content Credentials: signed with a test certificate, read back and verified; refused cleanly where they cannot be."""

from __future__ import annotations

import datetime
import threading
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from foundation.digests import digest_of
from foundation.errors import InputError
from media.credentials import signing
from media.credentials.claims import EDITED, INPUT, PLACED, UNREAD, Claim, Ingredient, Step
from media.credentials.provenance import Provenance, stamp
from media.credentials.signing import Signer, check_signer, sign, verdict
from media.ffmpeg.codecs import Encode
from media.video.probe import probe
from media.video.writer import picture_writer
from tests.synthetic import numbered

pytest.importorskip("c2pa", reason="c2pa-python is optional: pip install -r requirements-c2pa.txt")
ABOUT = Provenance("A signed title")


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """A certificate for signing, made by an authority of our own, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    folder = tmp_path_factory.mktemp("keys")
    now = datetime.datetime.now(datetime.UTC)

    def made(
        name: str, key: ec.EllipticCurvePrivateKey, above: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None
    ) -> tuple[x509.Name, bytes]:
        subject = x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )
        issuer, its_key = above or (subject, key)
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=above is None, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=above is not None,
                    key_cert_sign=above is None,
                    crl_sign=above is None,
                    decipher_only=False,
                    **usage,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(its_key.public_key()), critical=False)
        )
        if above:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        return subject, builder.sign(its_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, root_pem = made("Test authority", root, None)
    _, leaf_pem = made("Test signer", leaf, (authority, root))
    (folder / "chain.pem").write_bytes(leaf_pem + root_pem)
    (folder / "key.pem").write_bytes(
        leaf.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Signer(folder / "chain.pem", folder / "key.pem", "es256", None)


def video(folder: Path, container: str) -> Path:
    with picture_writer(folder, size=(64, 48), fps=Fraction(25), encode=Encode(container)) as writer:
        for k in range(10):
            writer.write(numbered(k, (64, 48)))
    path = folder / f"picture.{container}"
    stamp(path, container, ABOUT)
    return path


@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_a_signed_video_says_what_it_is_and_shows_when_it_was_changed(
    container: str, signer: Signer, tmp_path: Path
) -> None:
    path = video(tmp_path, container)
    before = probe(path)
    check_signer(signer)
    sign(path, container, signer, Claim(ABOUT))
    assert probe(path) == before
    told = verdict(path, container)
    active = told["manifests"][told["active_manifest"]]
    actions = next(each for each in active["assertions"] if each["label"].startswith("c2pa.actions"))
    assert actions["data"]["actions"][0]["digitalSourceType"] == ABOUT.source_url
    assert active["title"] == "A signed title"
    problems = {each["code"] for each in told.get("validation_status", [])}
    assert problems <= {"signingCredential.untrusted"}  # nobody trusts the test's authority; all else is in order
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 200
    data[at] ^= 1
    path.write_bytes(data)
    changed = {each["code"] for each in verdict(path, container).get("validation_status", [])}
    assert "assertion.bmffHash.mismatch" in changed
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]


def ingredient(path: Path, relationship: str = "componentOf") -> Ingredient:
    return Ingredient(path, digest_of(path), relationship)


def told_of(path: Path) -> dict[str, Any]:
    """What the signed file says, and what is found when it is verified."""
    told = verdict(path, "mp4")
    assert {each["code"] for each in told.get("validation_status", [])} <= {"signingCredential.untrusted"}
    active: dict[str, Any] = told["manifests"][told["active_manifest"]]
    return active


def signed_clip(folder: Path, signer: Signer, title: str) -> Path:
    """A clip that comes with credentials of its own."""
    folder.mkdir()
    path = video(folder, "mp4")
    sign(path, "mp4", signer, Claim(Provenance(title)))
    return path


def test_what_it_was_made_of_and_how_is_told_and_their_credentials_are_kept(signer: Signer, tmp_path: Path) -> None:
    clip = signed_clip(tmp_path / "theirs", signer, "A clip of theirs")
    portrait = tmp_path / "ann.png"
    Image.fromarray(numbered(3, (64, 48))).save(portrait)
    gone = Ingredient(tmp_path / "gone.wav", "0" * 64)
    steps = (Step(PLACED, (0, 1), "seen"), Step(EDITED, (0, 2), "animated"))
    path = video(tmp_path, "mp4")
    sign(path, "mp4", signer, Claim(ABOUT, (ingredient(portrait), gone, ingredient(clip, INPUT)), steps))
    active = told_of(path)
    found = {each["title"]: each for each in active["ingredients"]}
    assert [(name, each["relationship"]) for name, each in found.items()] == [
        ("ann.png", "componentOf"),
        ("gone.wav", "componentOf"),
        (clip.name, "inputTo"),
    ]
    assert found["ann.png"]["description"] == f"sha256:{digest_of(portrait)}"
    kept = verdict(path, "mp4")["manifests"][found[clip.name]["active_manifest"]]
    assert kept["title"] == "A clip of theirs"
    actions = next(each for each in active["assertions"] if each["label"].startswith("c2pa.actions"))["data"]["actions"]
    assert [each["action"] for each in actions] == ["c2pa.created", PLACED, EDITED]
    assert [len(each.get("parameters", {}).get("ingredients", [])) for each in actions] == [0, 2, 2]


def test_credentials_that_were_tampered_with_are_kept_as_what_they_are(signer: Signer, tmp_path: Path) -> None:
    clip = signed_clip(tmp_path / "theirs", signer, "A clip of theirs")
    data = bytearray(clip.read_bytes())
    data[data.index(b"mdat") + 200] ^= 1
    clip.write_bytes(data)
    path = video(tmp_path, "mp4")
    sign(path, "mp4", signer, Claim(ABOUT, (ingredient(clip),)))
    failures = told_of(path)["ingredients"][0]["validation_results"]["activeManifest"]["failure"]
    assert "assertion.bmffHash.mismatch" in {each["code"] for each in failures}


@pytest.mark.parametrize("data", [b"\x89PNG", b"II*\0", b"\0\0\0\xffftypmp42", b"#!/bin/sh", b""])
def test_an_ingredient_that_cannot_be_read_is_named_all_the_same(data: bytes, signer: Signer, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.write_bytes(data)
    path = video(tmp_path, "mp4")
    sign(path, "mp4", signer, Claim(ABOUT, (ingredient(odd),)))
    assert told_of(path)["ingredients"][0]["format"] == UNREAD
    odd.write_bytes(b"\x89PNG, another")
    assert ingredient(odd).kind() == "image/png"
    assert Ingredient(odd, "0" * 64).kind() == UNREAD  # swapped after it was planned


def test_credentials_that_lie_on_a_server_are_not_asked_for(signer: Signer, tmp_path: Path) -> None:
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        notes = PngImagePlugin.PngInfo()
        url = f"http://127.0.0.1:{server.server_port}/store.c2pa"
        xmp = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"/>'
            "</rdf:RDF></x:xmpmeta>"
        )
        notes.add_itxt("XML:com.adobe.xmp", xmp)
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "far.png", pnginfo=notes)
        path = video(tmp_path, "mp4")
        sign(path, "mp4", signer, Claim(ABOUT, (ingredient(tmp_path / "far.png"),)))
        server.shutdown()
    assert asked == []
    assert told_of(path)["ingredients"][0]["title"] == "far.png"


def test_keys_that_do_not_fit_are_refused_before_the_work(signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check_signer(Signer(tmp_path / "none.pem", signer.key, "es256", None))
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(InputError, match="cannot sign") as caught:
        check_signer(Signer(tmp_path / "text.pem", signer.key, "es256", None))
    assert "certificate" in str(caught.value.cure)


def test_without_the_library_the_cure_is_named(monkeypatch: pytest.MonkeyPatch, signer: Signer) -> None:
    monkeypatch.setitem(__import__("sys").modules, "c2pa", None)
    with pytest.raises(InputError, match="signing needs c2pa-python") as caught:
        check_signer(signer)
    assert caught.value.cure == signing.INSTALL
