"""Certificates for servers of tests: signed by themselves as those of cameras are, and by an authority."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def self_signed(file: Path, address: str = "127.0.0.1") -> Path:
    """Write a PEM file with a key and a certificate for an IP address, valid today, and return it."""
    one = _made("camera", address)
    file.write_bytes(one.key_pem + one.pem)
    return file


def signed_by_authority(folder: Path, address: str = "127.0.0.1") -> tuple[Path, Path, Path]:
    """Write what an authority hands out for an IP address; return the leaf, ``fullchain.pem`` and the key.

    The chain is the leaf and whose signature it has; the authority's own certificate is in neither.
    """
    root = _made("authority")
    middle = _made("intermediate", signer=root)
    leaf = _made("camera", address, signer=middle)
    files = folder / "leaf.pem", folder / "fullchain.pem", folder / "private.pem"
    for file, content in zip(files, (leaf.pem, leaf.pem + middle.pem, leaf.key_pem), strict=True):
        file.write_bytes(content)
    return files


def _made(name: str, address: str = "", signer: Identity | None = None) -> Identity:
    """Make a certificate for ``address``, of an authority if there is none; by ``signer``, else by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = builder.add_extension(names, False)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    return Identity(key, builder.sign(signer.key if signer else key, hashes.SHA256()))
