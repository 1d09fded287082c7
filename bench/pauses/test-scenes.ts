import { type Scene, scenes } from './scenes';

/**
 * What is measured, and nothing else: written before the strategies were combined anew, never looked at one by one since. A
 * strategy that is changed with a look at these needs new ones.
 */
export const TEST: readonly Scene[] = [
	...scenes(
		`
		arrange a call | with our lawyer | at ten in the morning | on monday
		on friday at three p m | please book | a massage
		can you put down | a visit to the vet | for thursday at noon
		set up an interview | with the new candidate | tomorrow | at half past nine
		i would like to change | my driving lesson | from tuesday | to wednesday at six p m
		postpone the review | by one day
		what is on | my calendar | next tuesday
		tomorrow afternoon | i need a slot | for a haircut at four p m
		plan a breakfast | with the investors | for the third of may | at eight a m
		drop the meeting | with accounting
		schedule | a video conference | at eleven o'clock | on thursday
		add my daughter's recital | on the twelfth of june | at five in the evening
		`,
		{ tools: 'calendar' },
	),
	...scenes(
		`
		i would like a table | for four | on saturday | at eight in the evening
		reserve a table | tonight at seven | for two people
		could we get a table | by the window | for six people tomorrow at noon
		order me a taxi | to the airport | at five thirty a m
		i need a taxi | as soon as possible
		send a message | to john | that i am running late
		transfer fifty dollars | to my sister
		please send | two hundred euros | to the landlord
		order three bags | of the dark roast | and a filter
		do you have a table free | on sunday
		`,
		{ tools: 'desk' },
	),
	...scenes(`
		my neighbor told me | that you repair | old bicycles
		the parcel that i ordered | three weeks ago | has not arrived yet
		i would rather | speak with a person | if that is possible
		so the first thing is | the heating makes | a loud noise at night
		do you know whether | the pool is open | during the holidays
		after the update | my phone | does not charge any more
		i am trying to find out | which train | stops in oxford
		we ordered the large one | but you sent us | the small one
		how far is it | from the hotel | to the beach
		it started raining | before we could | close the roof
		please tell the technician | to ring | the bell twice
		my wife and i | are looking for | a quiet place by the lake
		i have two questions | about | the insurance
		why do i have to | pay | for the delivery
		what would you recommend | for somebody | who has never skied
		when i call the other number | nobody | picks up
		is breakfast included | or do we | pay for it separately
		i lost my card | somewhere between | the bank and the station
		our contract says | we can leave | at the end of the year
		the last invoice was | higher than | the one before
		i wonder if | there is still | a room with a view
		every time i | open the app | it closes again
		could you explain | how the points | are counted
		he said he would | send me | the photos
	`),
	...scenes(
		`
		you can reach me at | six oh four | five five two | eight one one nine
		it is spelled | s c h | m i d t
		three nine | seven one | zero zero four
		my address is | susan dot clark | at web dot net
		the number on the card is | four four one two | eight eight zero one
		my first name is | eleanor | and my last name is price
		it is | seventeen | station road
		the appointment was on the | second of | november
		probably | the week after next
		four tickets | two adults | and two children
		no | i meant | the other one
		the serial number is | k four | two two | seven p
		sure | but not | before ten
		well | let me think | maybe on thursday
		`,
		{ asked: true },
	),
	...scenes('yes it is\nnope\nat noon\nnext monday\nquarter past nine\neleanor\nseventy five\nthe red one\nthis evening\ni am not sure', { asked: true }),
	...scenes(
		'how do i get to your shop\nthank you so much\ni want my money back\nare you open on sundays\ncould you say that again\nwhere can i park\nforget it\nis anybody there\nthe delivery never came\nokay that will be all',
	),
];
