// Shows a credential as JWT to jose.
//
// Reads {token, document, now} as JSON from standard input: the JWT, the issuer's DID document, and the moment of
// verifying. Writes the verdict: {verified, error, payload}.

import {text} from 'node:stream/consumers';

import {importJWK, jwtVerify} from 'jose';

const {token, document, now} = JSON.parse(await text(process.stdin));

async function keyOf({kid, alg}) {
  const method = document.verificationMethod.find(({id}) => id === kid);
  if(!method || !document.assertionMethod.includes(kid)) {
    throw new Error(`No method ${kid} may assert.`);
  }
  return importJWK(method.publicKeyJwk, alg);
}

try {
  const {payload} = await jwtVerify(token, keyOf, {
    algorithms: ['ES256'],
    currentDate: new Date(now),
    issuer: document.id,
    requiredClaims: ['iss', 'sub', 'jti', 'nbf'],
  });
  console.log(JSON.stringify({verified: true, error: null, payload}));
} catch(error) {
  console.log(JSON.stringify({verified: false, error: error.message, payload: null}));
}
