import { existsSync } from 'node:fs';
import { canInstallPackages, installPackages } from './debian.mjs';
import { SetupError } from './report.mjs';
import { which } from './run.mjs';

/** Programs that only the tests use: voices to call with, a browser to call from, a tool to mix sound. */
const needed = [
	{ program: 'espeak-ng', debian: 'espeak-ng' },
	{ program: 'flite', debian: 'flite' },
	{ program: 'sox', debian: 'sox' },
	{ program: 'chromium', debian: 'chromium' },
];

/** A third voice, networks with a TURN server, a proxy and a NAT, another browser with a sound card, and callers that are no browser; the tests that use them are skipped without. */
const welcome = [
	{ program: 'text2wave', debian: 'festival' },
	{ program: 'turnserver', debian: 'coturn' },
	{ program: 'nginx', debian: 'nginx-light' },
	{ program: 'nft', debian: 'nftables' },
	{ program: 'ip', debian: 'iproute2' },
	{ program: 'certutil', debian: 'libnss3-tools' },
	{ program: 'firefox-esr', debian: 'firefox-esr' },
	{ program: 'pulseaudio', debian: 'pulseaudio' },
	{ program: 'paplay', debian: 'pulseaudio-utils' },
	{ file: '/usr/lib/python3/dist-packages/aiortc', debian: 'python3-aiortc' },
	{ file: '/usr/lib/python3/dist-packages/gi', debian: 'python3-gi' },
	{ file: '/usr/lib/x86_64-linux-gnu/girepository-1.0/GstWebRTC-1.0.typelib', debian: 'gir1.2-gst-plugins-bad-1.0' },
	{ file: '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstwebrtc.so', debian: 'gstreamer1.0-plugins-bad' },
	{ file: '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstnice.so', debian: 'gstreamer1.0-nice' },
	{ file: '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstrtpmanager.so', debian: 'gstreamer1.0-plugins-good' },
	{ file: '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstopus.so', debian: 'gstreamer1.0-plugins-base' },
];

const missing = (tools) =>
	tools.filter(({ program, file }) => (file ? !existsSync(file) : !which(program))).map(({ debian }) => debian);

export async function ensureTestTools() {
	if (missing([...needed, ...welcome]).length === 0) return;
	if (canInstallPackages()) {
		if (missing(needed).length > 0) await installPackages(missing(needed));
		// One by one: a Debian that lacks one of them has the others.
		for (const name of missing(welcome)) await installPackages([name]).catch(() => undefined);
	}
	const absent = missing(needed);
	if (absent.length > 0) {
		throw new SetupError(
			`The tests need ${absent.join(', ')}.`,
			existsSync('/etc/debian_version')
				? `Install it and run the command again: sudo apt-get install ${absent.join(' ')}`
				: `Install ${absent.join(', ')} and run the command again.`,
		);
	}
}
