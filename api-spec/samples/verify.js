// Verifies a message of fasttrack (Standard Webhooks, `v1` and `v1a`) with nothing but Node.js.
//
// Libraries for other languages: https://www.standardwebhooks.com/#libraries
//
//     node verify.js SECRET_OR_PUBLIC_KEY ID TIMESTAMP SIGNATURES < body

const crypto = require("node:crypto");
const fs = require("node:fs");

const TOLERANCE_SECONDS = 300;
// What makes 32 bytes an ed25519 key that crypto can read (SubjectPublicKeyInfo).
const ED25519_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** True if the raw bytes `body` came with these three headers: by the secret (whsec_...), or the public key (whpk_...). */
function verify(key, id, timestamp, signatures, body, now = Date.now() / 1000) {
  if (!(Math.abs(now - Number(timestamp)) <= TOLERANCE_SECONDS)) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  // During a rotation there are several; one that verifies is enough.
  return signatures.split(" ").some((part) => {
    const comma = part.indexOf(",");
    const [scheme, value] = [part.slice(0, comma), Buffer.from(part.slice(comma + 1), "base64")];
    if (scheme === "v1" && key.startsWith("whsec_")) {
      const expected = crypto.createHmac("sha256", Buffer.from(key.slice(6), "base64")).update(signed).digest();
      return value.length === expected.length && crypto.timingSafeEqual(value, expected);
    }
    if (scheme === "v1a" && key.startsWith("whpk_")) {
      const der = Buffer.concat([ED25519_HEAD, Buffer.from(key.slice(5), "base64")]);
      return crypto.verify(null, signed, crypto.createPublicKey({ key: der, format: "der", type: "spki" }), value);
    }
    return false;
  });
}

module.exports = { verify };

if (require.main === module) {
  const ok = verify(...process.argv.slice(2, 6), fs.readFileSync(0));
  console.log(ok ? "verified" : "WRONG");
  process.exitCode = ok ? 0 : 1;
}
