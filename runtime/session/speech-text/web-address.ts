const ADDRESS = /<?\b(?:https?:\/\/|www\.)[^\s<>]*[^\s<>.,;:!?)\]'"]>?/gi;

/** Of an address only the site is said: nobody can note down the rest by ear. */
export const saidShort = (text: string): string =>
	text.replace(ADDRESS, (address) => {
		const site = address
			.replace(/^<?(?:https?:\/\/)?(?:[^\s/@]*@)?(?:www\.)?/i, '')
			.replace(/[/?#:>].*$/s, '');
		return site.split('.').filter(Boolean).join(' dot ');
	});
