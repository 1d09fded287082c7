import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Starts coturn with turnserver.conf beside this file, and says what to set for the voice runtime. Needs Node 20, nothing
 * that is installed, and coturn (Debian: apt-get install coturn).
 */
const HELP = `node deploy/coturn/start.mjs [options]

Starts a TURN server for voice calls and prints the settings for the voice runtime.

  --host NAME              name by which callers reach it, for the settings (default: the public or listening address)
  --public-address IP      its address on the internet, where the machine itself has another one (NAT 1:1)
  --listen-address IP      only this one of the machine's addresses (default: all)
  --port N                 UDP and TCP (default 3478)
  --tls-port N             TLS, with --cert and --key (default 5349; 443 passes most firewalls)
  --cert FILE, --key FILE  certificate with its chain, and its key, as PEM
  --relay-ports MIN-MAX    UDP ports of relayed sound (default 49160-49999)
  --runtime-address IP     address of the voice runtime, where it is a private one; repeat it for several
  --allow-private          relay to all private and loopback addresses: only inside a network that you trust
  --folder PATH            where the secret is kept (default .voice-loop/coturn in the clone)

The secret is VOICE_LOOP_TURN_SECRET where that is set, otherwise one that is made at the first start.`;

const here = path.dirname(fileURLToPath(import.meta.url));

function fail(why) {
	console.error(`✗ ${why}`);
	process.exit(2);
}

function options() {
	const text = { type: 'string' };
	try {
		return parseArgs({
			options: {
				host: text,
				'public-address': text,
				'listen-address': text,
				port: { ...text, default: '3478' },
				'tls-port': { ...text, default: '5349' },
				cert: text,
				key: text,
				'relay-ports': { ...text, default: '49160-49999' },
				'runtime-address': { ...text, multiple: true, default: [] },
				'allow-private': { type: 'boolean', default: false },
				folder: { ...text, default: path.join(here, '..', '..', '.voice-loop', 'coturn') },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		return fail(`${error.message}\n\n${HELP}`);
	}
}

function checked(given) {
	const port = (name) => {
		const number = Number(given[name]);
		if (!Number.isInteger(number) || number < 1 || number > 65_535) fail(`--${name} needs a port, not ${given[name]}.`);
		return number;
	};
	const [min = 0, max = 0] = /^\d{1,5}-\d{1,5}$/.test(given['relay-ports']) ? given['relay-ports'].split('-').map(Number) : [];
	if (min < 1 || min > max || max > 65_535) fail(`--relay-ports needs two ports, such as 49160-49999, not ${given['relay-ports']}.`);
	const addresses = [given['public-address'], given['listen-address'], ...given['runtime-address']].filter((address) => address !== undefined);
	for (const address of addresses) if (isIP(address) === 0) fail(`${address} is not an IP address.`);
	if ((given.cert === undefined) !== (given.key === undefined)) fail('TLS needs both --cert and --key.');
	for (const file of [given.cert, given.key]) if (file !== undefined && !existsSync(file)) fail(`There is no file ${file}.`);
	return { ...given, folder: path.resolve(given.folder), port: port('port'), tlsPort: port('tls-port'), min, max };
}

/** Kept, so that a server that is started again takes the credentials that were made before. */
function secretIn(folder) {
	const { VOICE_LOOP_TURN_SECRET: given } = process.env;
	if (given) return given.length >= 16 ? given : fail('VOICE_LOOP_TURN_SECRET needs at least 16 characters.');
	const file = path.join(folder, 'secret');
	if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
	return readFileSync(file, 'utf8').trim();
}

function configuration(set, secret) {
	const isLoopback = (address) => address === '::1' || address.startsWith('127.');
	const safe = readFileSync(path.join(here, 'turnserver.conf'), 'utf8');
	const base = set['allow-private'] ? safe.replace(/^denied-peer-ip=.*\n/gm, '') : safe;
	return [
		base,
		`static-auth-secret=${secret}`,
		`realm=${hostOf(set)}`,
		`listening-port=${set.port}`,
		...(set['listen-address'] ? [`listening-ip=${set['listen-address']}`, `relay-ip=${set['listen-address']}`] : []),
		...(set['public-address'] ? [`external-ip=${set['public-address']}`] : []),
		...(set.cert ? [`tls-listening-port=${set.tlsPort}`, `cert=${path.resolve(set.cert)}`, `pkey=${path.resolve(set.key)}`] : ['no-tls']),
		// Browsers speak no DTLS to a TURN server.
		'no-dtls',
		`min-port=${set.min}`,
		`max-port=${set.max}`,
		...set['runtime-address'].map((address) => `allowed-peer-ip=${address}`),
		...(set['allow-private'] || set['runtime-address'].some(isLoopback) ? ['allow-loopback-peers'] : []),
		`userdb=${path.join(set.folder, 'turndb')}`,
		`pidfile=${path.join(set.folder, 'turnserver.pid')}`,
		'log-file=stdout',
		'simple-log',
		'',
	].join('\n');
}

function hostOf(set) {
	return set.host ?? set['public-address'] ?? set['listen-address'] ?? '127.0.0.1';
}

function settings(set, secret) {
	const host = isIP(hostOf(set)) === 6 ? `[${hostOf(set)}]` : hostOf(set);
	const at = `${host}:${set.port}`;
	const urls = [`stun:${at}`, `turn:${at}?transport=udp`, `turn:${at}?transport=tcp`, ...(set.cert ? [`turns:${host}:${set.tlsPort}?transport=tcp`] : [])];
	return [`VOICE_LOOP_TURN_URLS=${urls.join(',')}`, `VOICE_LOOP_TURN_SECRET=${secret}`];
}

const given = options();
if (given.help) {
	console.log(HELP);
	process.exit(0);
}
const set = checked(given);
mkdirSync(set.folder, { recursive: true, mode: 0o700 });
chmodSync(set.folder, 0o700);
const secret = secretIn(set.folder);
const file = path.join(set.folder, 'turnserver.conf');
writeFileSync(file, configuration(set, secret), { mode: 0o600 });

const server = spawn('turnserver', ['-c', file], { stdio: ['ignore', 'inherit', 'inherit'] });
server.once('spawn', () => console.log(['The voice runtime needs these settings:', '', ...settings(set, secret), ''].join('\n')));
server.once('error', (error) => fail(error.code === 'ENOENT' ? 'coturn is not installed. Debian: apt-get install coturn' : error.message));
server.once('exit', (code, signal) => process.exit(signal === null ? code : 0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill('SIGTERM'));
