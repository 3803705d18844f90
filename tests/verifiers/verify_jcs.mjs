// Checks a proof by eddsa-jcs-2022 with the canonicaliser, the encodings and the key handling of others.
//
// Reads {credential, method} as JSON from standard input: what to check, and the verification method of its proof.
// Writes {verified}. Data Integrity EdDSA Cryptosuites v1.0, section 3.3.

import {createHash} from 'node:crypto';
import {text} from 'node:stream/consumers';

import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {CONTEXT_URL as MULTIKEY} from '@digitalbazaar/multikey-context';
import {decode} from 'base58-universal';
import canonicalize from 'canonicalize';

const {credential: {proof: proofs, ...document}, method} = JSON.parse(await text(process.stdin));
const {proofValue, ...options} = proofs.find(({cryptosuite}) => cryptosuite === 'eddsa-jcs-2022');

const data = Buffer.concat([options, document].map(
  value => createHash('sha256').update(canonicalize(value)).digest()));
const key = await Ed25519Multikey.from({'@context': MULTIKEY, ...method});
const verified = await key.verifier().verify({data, signature: decode(proofValue.slice(1))});

console.log(JSON.stringify({verified}));
