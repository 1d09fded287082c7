// Guards against: a caller's own wish for fewer bits that is overruled, and an encoder that is not told.
import { offerOf } from './offer.fixture';
import { rebuildOffer } from './rebuild-offer';
import { withSendEncoding } from './audio-section';

it('says the bitrate and the packet time, and nothing else changes', () => {
	const offer = rebuildOffer(offerOf());
	const changed = withSendEncoding(offer, { bitrate: 16_000, packetMs: 60 });
	expect(changed).toContain('a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=16000\r\na=ptime:60\r\n');
	expect(changed.replace(';maxaveragebitrate=16000\r\na=ptime:60', '')).toBe(offer);
});

it('a caller who asked for less gets less', () => {
	const offer = rebuildOffer(offerOf().replace('useinbandfec=1', 'useinbandfec=1;maxaveragebitrate=12000'));
	expect(withSendEncoding(offer, { bitrate: 24_000, packetMs: 40 })).toContain('maxaveragebitrate=12000\r\na=ptime:40');
});
