import { CallerNetwork } from '../../test/network/caller-network';
import { CannotRun } from '../report';

/** @throws CannotRun where this machine gives no network of its own */
export function networkOfCaller(): CallerNetwork {
	try {
		return new CallerNetwork();
	} catch {
		throw new CannotRun('This needs network namespaces (root, the programs ip and nft).');
	}
}
