import { generateKeyPairSync, sign } from 'node:crypto';

/** One ASN.1 value in DER. */
function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
	const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
	const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
	return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function sequence(...parts: Buffer[]): Buffer {
	return der(0x30, ...parts);
}
function hex(digits: string): Buffer {
	return Buffer.from(digits, 'hex');
}

const ECDSA_SHA256 = sequence(der(0x06, hex('2a8648ce3d040302')));
const NAME = sequence(der(0x31, sequence(der(0x06, hex('550403')), der(0x0c, 'localhost'))));
/** subjectAltName: DNS localhost. */
const EXTENSIONS = der(0xa3, sequence(sequence(der(0x06, hex('551d11')), der(0x04, sequence(der(0x82, 'localhost'))))));

/** A certificate for localhost that signs itself, made anew: no key lies in the repository. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const spki = publicKey.export({ type: 'spki', format: 'der' });
	const validity = sequence(der(0x17, '200101000000Z'), der(0x17, '490101000000Z'));
	const version = der(0xa0, der(0x02, Buffer.from([2])));
	const serial = der(0x02, Buffer.from([1]));
	const body = sequence(version, serial, ECDSA_SHA256, NAME, validity, NAME, spki, EXTENSIONS);
	const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
	const cert = sequence(body, ECDSA_SHA256, signature).toString('base64');
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${cert.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
	};
}
