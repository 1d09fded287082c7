const ADDRESS = /<?\b(?:https?:\/\/|www\.)[^\s<>]*[^\s<>.,;:!?)\]'"]>?/gi;

/** A path that can be remembered by ear: one or two plain words, and nothing asked of the site. */
const SHORT_PATH = /^(?:\/[a-z][a-z-]{0,20}){1,2}\/?$/i;

/** The part of an address that can be said: example.com/booking. Nobody can note down the rest by ear. */
export const shortAddresses = (text: string): string =>
	text.replace(ADDRESS, (address) => {
		const bare = address.replace(/^<?(?:https?:\/\/)?/i, '').replace(/>$/, '');
		const [, site = '', path = ''] = /^(?:[^\s/@]*@)?(?:www\.)?([^/?#:]*)(.*)$/is.exec(bare) ?? [];
		return SHORT_PATH.test(path) ? `${site}${path.replace(/\/$/, '')}` : site;
	});
