import { execFileSync } from 'node:child_process';

/**
 * Two private networks, each behind a NAT of its own, and an internet between them with a TURN server in it. All of it
 * exists in this kernel only, so public addresses are nobody's.
 *
 *   home 10.1.0.2 -- 10.1.0.1 homeNat 11.0.0.1 --+
 *                                                +-- internet -- 11.0.0.20 turn
 *   office 10.2.0.2 - 10.2.0.1 officeNat 11.0.0.2 +
 */
export class TwoNetworks {
	readonly home = this.named('home');
	readonly homeNat = this.named('homenat');
	readonly office = this.named('office');
	readonly officeNat = this.named('officenat');
	readonly turn = this.named('turn');
	private readonly internet = this.named('internet');

	constructor() {
		for (const name of this.all) ip('netns', 'add', name);
		for (const name of this.all) ip('-n', name, 'link', 'set', 'lo', 'up');
		ip('-n', this.internet, 'link', 'add', 'bridge', 'type', 'bridge');
		ip('-n', this.internet, 'link', 'set', 'bridge', 'up');
		this.intoInternet(this.homeNat, '11.0.0.1/24');
		this.intoInternet(this.officeNat, '11.0.0.2/24');
		this.intoInternet(this.turn, '11.0.0.20/24');
		this.behind(this.homeNat, '10.1.0.1', this.home, '10.1.0.2');
		this.behind(this.officeNat, '10.2.0.1', this.office, '10.2.0.2');
	}

	/** Rules of nftables, one a line. */
	rule(namespace: string, ...rules: string[]): void {
		for (const line of rules) execFileSync('ip', ['netns', 'exec', namespace, 'nft', ...line.split(' ')], { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
	}

	/** A phone that leaves one network for another. */
	moveHome(from: string, to: string): void {
		ip('-n', this.home, 'addr', 'del', `${from}/24`, 'dev', 'eth0');
		ip('-n', this.home, 'addr', 'add', `${to}/24`, 'dev', 'eth0');
		ip('-n', this.home, 'route', 'replace', 'default', 'via', '10.1.0.1');
	}

	remove(): void {
		for (const name of this.all) {
			try {
				ip('netns', 'del', name);
			} catch {
				// It was never made.
			}
		}
	}

	private get all(): string[] {
		return [this.home, this.homeNat, this.office, this.officeNat, this.turn, this.internet];
	}

	private named(what: string): string {
		return `vl-${what}-${process.pid}`;
	}

	private intoInternet(namespace: string, address: string): void {
		const port = `to${address.split('/', 1)[0]?.split('.').at(-1)}`;
		ip('link', 'add', 'out', 'netns', namespace, 'type', 'veth', 'peer', 'name', port, 'netns', this.internet);
		ip('-n', this.internet, 'link', 'set', port, 'master', 'bridge', 'up');
		ip('-n', namespace, 'addr', 'add', address, 'dev', 'out');
		ip('-n', namespace, 'link', 'set', 'out', 'up');
	}

	/** As a router at home: from inside everything, from outside answers only. */
	private behind(nat: string, gateway: string, inner: string, address: string): void {
		ip('link', 'add', 'eth0', 'netns', inner, 'type', 'veth', 'peer', 'name', 'in', 'netns', nat);
		ip('-n', nat, 'addr', 'add', `${gateway}/24`, 'dev', 'in');
		ip('-n', nat, 'link', 'set', 'in', 'up');
		ip('-n', inner, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
		ip('-n', inner, 'link', 'set', 'eth0', 'up');
		ip('-n', inner, 'route', 'add', 'default', 'via', gateway);
		ip('netns', 'exec', nat, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
		this.rule(
			nat,
			'add table ip nat',
			'add chain ip nat pre { type nat hook prerouting priority -100 ; }',
			'add chain ip nat post { type nat hook postrouting priority 100 ; }',
			'add rule ip nat post oifname out masquerade',
			'add table ip wall',
			'add chain ip wall forward { type filter hook forward priority 0 ; }',
			'add chain ip wall input { type filter hook input priority 0 ; }',
			'add rule ip wall forward ct status dnat accept',
			'add rule ip wall forward iifname out ct state new drop',
			'add rule ip wall input iifname out drop',
		);
	}
}

function ip(...args: string[]): void {
	execFileSync('ip', args, { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
}
