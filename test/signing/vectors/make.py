"""Makes the bundles of this folder with the reference implementation (pip install model-signing==1.1.1 pyOpenSSL). Development only."""

import datetime
import pathlib
import sys

import model_signing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

here = pathlib.Path(__file__).parent
model = here / "model"
(model / "sub").mkdir(parents=True, exist_ok=True)
(model / "config.json").write_text('{"layers": 2}\n')
(model / "sub" / "weights.bin").write_bytes(bytes(i * 7 % 251 for i in range(2500)))
(model / "notes.txt").write_text("not signed\n")


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def config(method="files", hash="sha256"):
    hashing = model_signing.hashing.Config().set_ignored_paths(paths=[model / "notes.txt"], ignore_git_paths=True)
    if method == "files":
        return hashing.use_file_serialization(hashing_algorithm=hash)
    return hashing.use_shard_serialization(hashing_algorithm=hash, shard_size=1000)


def certificate(name, key, issuer, issuer_key, ca, days=36500, usage=ExtendedKeyUsageOID.CODE_SIGNING):
    start = datetime.datetime(2026, 1, 1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


temporary = pathlib.Path(sys.argv[1])
for name, curve in {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}.items():
    key = ec.generate_private_key(curve)
    (temporary / f"{name}.pem").write_bytes(pem(key))
    (here / f"{name}.pub.pem").write_bytes(public(key))
for name, hashing in {
    "p256": config(),
    "p384": config(),
    "p521": config(),
    "shards": config("shards"),
    "blake2b": config("files", "blake2"),
}.items():
    key = temporary / f"{name if name.startswith('p') else 'p256'}.pem"
    model_signing.signing.Config().use_elliptic_key_signer(private_key=key).set_hashing_config(hashing).sign(
        model, here / f"{name}.sig"
    )

root, middle, leaf = (ec.generate_private_key(ec.SECP384R1()) for _ in range(3))
(here / "root.pem").write_bytes(certificate("Root", root, "Root", root, True))
(temporary / "middle.crt").write_bytes(certificate("Middle", middle, "Root", root, True))
(temporary / "leaf.pem").write_bytes(pem(leaf))
for name, options in {
    "certificate": {},
    "certificate-expired": {"days": 30},
    "certificate-tls": {"usage": ExtendedKeyUsageOID.SERVER_AUTH},
}.items():
    (temporary / "leaf.crt").write_bytes(certificate("ml-release", leaf, "Middle", middle, False, **options))
    model_signing.signing.Config().use_certificate_signer(
        private_key=temporary / "leaf.pem",
        signing_certificate=temporary / "leaf.crt",
        certificate_chain=[temporary / "middle.crt"],
    ).set_hashing_config(config()).sign(model, here / f"{name}.sig")
# Signed by a leaf that is no authority: a chain that must not lead anywhere.
rogue = ec.generate_private_key(ec.SECP384R1())
(temporary / "rogue.pem").write_bytes(pem(rogue))
(temporary / "rogue.crt").write_bytes(certificate("ml-release", rogue, "ml-release", leaf, False))
(temporary / "leaf.crt").write_bytes(certificate("ml-release", leaf, "Middle", middle, False))
model_signing.signing.Config().use_certificate_signer(
    private_key=temporary / "rogue.pem",
    signing_certificate=temporary / "rogue.crt",
    certificate_chain=[temporary / "leaf.crt", temporary / "middle.crt"],
).set_hashing_config(config()).sign(model, here / "certificate-not-ca.sig")
