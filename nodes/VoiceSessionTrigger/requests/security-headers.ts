import { randomBytes } from 'node:crypto';
import type { N8nResponse } from './exchange';

/** On each answer of the trigger. */
export function sendCallerHeaders(response: N8nResponse): void {
	response
		.setHeader('x-content-type-options', 'nosniff')
		.setHeader('referrer-policy', 'no-referrer')
		.setHeader('x-frame-options', 'SAMEORIGIN')
		.setHeader('permissions-policy', 'microphone=(self), camera=(), geolocation=()')
		// Inside a strange website's frame the visitor would not know whom the microphone is for. The voice page has more in its head.
		.setHeader('content-security-policy', 'frame-ancestors \'self\'');
}

/**
 * A small page of ours that is made here: its own script and style, and requests to this n8n.
 * @returns the nonce that both have to carry
 */
export function allowOwnScript(response: N8nResponse): string {
	const nonce = randomBytes(16).toString('base64');
	const policy = ['default-src \'none\'', `script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`, 'img-src \'self\'', 'connect-src \'self\'', 'base-uri \'none\'', 'form-action \'none\'', 'frame-ancestors \'self\''];
	response.setHeader('content-security-policy', policy.join('; '));
	return nonce;
}
