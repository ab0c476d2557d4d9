"""Content Credentials: signed with a test certificate, read back and verified; refused cleanly where they cannot be."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.errors import InputError
from media.credentials import signing
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
    sign(path, container, signer, ABOUT)
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
