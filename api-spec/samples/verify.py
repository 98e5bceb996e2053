"""Verifies a message of fasttrack (Standard Webhooks, `v1`) with nothing but Python's standard library.

Libraries for other languages: https://www.standardwebhooks.com/#libraries

    python3 verify.py SECRET ID TIMESTAMP SIGNATURES < body
"""

import base64
import hashlib
import hmac
import sys
import time

TOLERANCE_SECONDS = 300


def verify(secret, webhook_id, timestamp, signatures, body, now=None):
    """True if the raw bytes `body` came with these three headers from whoever has `secret` (whsec_...)."""
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # During a rotation there are several; one that verifies is enough.
    parts = (part.split(",", 1) for part in signatures.split(" ") if "," in part)
    return any(scheme == "v1" and hmac.compare_digest(value, expected) for scheme, value in parts)


if __name__ == "__main__":
    ok = verify(*sys.argv[1:5], sys.stdin.buffer.read())
    print("verified" if ok else "WRONG")
    sys.exit(0 if ok else 1)
