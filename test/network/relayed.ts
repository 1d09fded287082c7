import type { Page } from 'playwright-core';

/** How the sound of the page's call goes: `relay udp` where a TURN server relays it and is reached over UDP, as Chromium tells. */
export async function relayed(page: Page): Promise<unknown> {
	return await page.evaluate(`voiceLoop.pc.getStats().then((stats) => {
		const all = [...stats.values()];
		const transport = all.find(({ type }) => type === 'transport');
		const pair = stats.get(transport.selectedCandidatePairId);
		const local = stats.get(pair.localCandidateId);
		return local.candidateType + ' ' + local.relayProtocol;
	})`);
}
