"""What callers say: phrasings with slots, in the words of the demo recogniser's lexicon.

Slots: {T} a title with its article, {D} a day as spoken ("on monday", "tomorrow"), {H} a time of day,
{H2} a second one, {N} a person's name. A phrasing is held out of training when its hash says so
(HELD_OUT of 100); the gate reports those separately.
"""
import zlib

HELD_OUT = 12


def held_out(template):
    return zlib.crc32(('voice-loop ' + template).encode()) % 100 < HELD_OUT


def lines(text):
    return [line.strip() for line in text.strip().split('\n')]


VERBS = lines("""book
schedule
add
make
set up
please book
please schedule
please add
please make
please set up
can you book
can you add
can you schedule
can you please book
can you please set up
could you book
could you add
could you make
could you please schedule
i would like to book
i would like to schedule
i would like to make
i'd like to book
i'd like to add
i'd like to set up
i want to book
i want to schedule
i want to make
i need to book
i need to make
i need to schedule
i need
i'd like
i would like
i want
let's book
let's make
let's set up
hi book
hello book
hello i would like to book
hi i need
okay book
okay add
and book
and add
yes book
no book
book me
can i book
can i have
could i book
can we book
can we set up
help me book
i will need
you can book""")
BOOK_TAILS = lines("""{D} at {H}
{D} at {H}
{D} at {H}
at {H} {D}
{D} for {H}
for {D} at {H}
{D} {H}
{D} from {H} to {H2}
{D} at {H} for an hour
{D} at {H} for thirty minutes""")
ENDS = [''] * 8 + [' please', ' thank you', ' thanks', ' for me', ' okay']
BOOK_FRONT = lines("""{D} at {H} book {T}
{D} at {H} i need {T}
{D} at {H} please book {T}
for {D} at {H} {T}
i have {T} {D} at {H}
i have {T} {D} at {H} please add it
can you add it to my calendar {T} {D} at {H}
there is {T} {D} at {H} please book it""")
LIST = lines("""what is on my calendar {D}
what's on my calendar {D}
what do i have {D}
do i have anything {D}
am i free {D}
am i busy {D}
show me my calendar {D}
show me my appointments {D}
show my appointments {D}
show my schedule {D}
read my schedule {D}
read my appointments {D}
read me my calendar {D}
read me my appointments {D} please
what does my day look like {D}
what does {D} look like
how does my day look {D}
do i have any meetings {D}
do i have any appointments {D}
how many meetings do i have {D}
how many appointments do i have {D}
is there anything on my calendar {D}
what appointments do i have {D}
what meetings do i have {D}
what is my schedule {D}
what's my schedule {D}
tell me what i have {D}
tell me my appointments {D}
tell me about my day {D}
can you tell me what is on my calendar {D}
can you tell me what i have {D}
can you read my calendar {D}
can you show me my appointments {D}
could you tell me what's on my calendar {D}
i would like to know what i have {D}
i want to know what is on my calendar {D}
please show me my calendar {D}
please tell me what i have {D}
please read my schedule {D}
okay what do i have {D}
and what do i have {D}
and what is on my calendar {D}
and what's my schedule {D}
hi what do i have {D}
hello am i free {D}
am i free {D} at {H}
do i have anything {D} at {H}
is {D} free
what is {D}
what's up {D}
what is there {D}
do i have time {D}
have i anything {D}
when do i have appointments {D}
when do i have time {D}
when is my next appointment {D}""")
LIST_OPEN = lines("""what is on my calendar
what's on my calendar
what do i have
show me my calendar
show me my appointments
show my appointments
read my schedule
read my appointments
what appointments do i have
what meetings do i have
do i have any appointments
do i have any meetings
how many appointments do i have
when is my next meeting
what is my next appointment
what's my next appointment
what's next
tell me my next appointment
am i free
am i busy
tell me my schedule
please read my calendar
can you read my calendar
can you tell me my appointments
i would like to know my appointments""")
LIST_MORE = lines("""and {D}
what about {D}
how about {D}
and what about {D}
okay and {D}
and how about {D}
and {D} please
is {D} free
what do i have {D}""")
CANCEL_VERBS = lines("""cancel
delete
remove
please cancel
please delete
please remove
can you cancel
can you delete
can you please cancel
could you cancel
could you remove
i want to cancel
i would like to cancel
i would like to delete
i'd like to cancel
i need to cancel
i need to remove
hi cancel
hello i need to cancel
okay cancel
okay delete
and cancel
and remove
no cancel
yes cancel
let's cancel
can we cancel
can i cancel
i will not make
i don't need
i don't want""")
CANCEL_TAILS = lines("""{D}
{D}
{D}
{D} at {H}
at {H} {D}
from {D}""")
CANCEL_OPEN = lines("""cancel an appointment
cancel my appointment
please cancel my appointment
i want to cancel an appointment
i would like to cancel an appointment
i need to cancel my appointment
can you cancel an appointment
can you cancel my appointment for me
could you delete an appointment
delete an appointment
remove an appointment please
i'd like to cancel""")
CANCEL_LAST = lines("""cancel that
cancel it please
please cancel it
can you cancel it
can you cancel that
cancel that appointment
please cancel that appointment
delete it
delete that
please delete it
can you delete it
remove it
remove that please
okay cancel it
no cancel it
i want to cancel it
i would like to cancel that
i don't want it
i don't need it
no delete it please""")
MOVE = lines("""move it to {H}
move it {D}
move that to {H}
please move it to {D2}
please move it to {H}
can you move it to {D2}
can you move that to {H}
move {T} to {D2}
move {T} to {H}
move {T} {D} to {H}
move {T} to {D2} at {H}
please move {T} to {D2}
please move {T} to {H}
can you move {T} to {D2} at {H}
could you move {T} to {H}
i would like to move {T}
i want to move {T} to {D2}
i need to move {T}
change it to {H}
change {T} to {H}
change {T} to {D2}
change {T} {D} to {H}
please change {T} to {D2} at {H}
can you change {T} to {H}
i need to change {T}
change it
move it
reschedule it
reschedule {T}
reschedule {T} to {D2}
reschedule {T} to {D2} at {H}
please reschedule {T} to {H}
can you reschedule {T}
can you reschedule it to {D2}
i would like to reschedule {T}
i need to reschedule my appointment
make it later
make it earlier
can we make it later
earlier please
later please""")
AFTER_BOOKING_CHANGE = lines("""no make it {H}
make it {H}
make it {H} please
no make it {D2}
no i said {H}
no i said {D2}
i meant {H}
i meant {D2}
no i meant {H}
make that {H}
can we make it {H}
can we do {H}
let's do {H}
no {H}
no at {H}""")
OTHER = lines("""what time is it
what time is it now
what day is it today
what day is it
what is the date today
what's the date
can you call {N}
call {N}
call {N} please
can you read me a book
make me a coffee
start the training
who is {N}
who is coming
tell me about {N}
who is in {T}
how long is {T}
how long is it
who is coming to {T}
tell me about {T}
when does it end
when does {T} start
who will be in {T}
i need a book
what is next to the school
i am busy
i'm late
i'll be late
i will be late
tell {N} i am late
can you tell {N} that i'll be late""")
WHEN_IS = lines("""when is {T}
what time is {T}
when is it
at what time is {T}
can you tell me when {T} is
tell me when {T} is
when do i have {T}
do i have {T}
is there {T}
when does {T} start""")
AMBIGUOUS = lines("""{D}
{H}
at {H}
{D} at {H}
{T}
{T} {D}
with {N}
{N}""")
HELLO = lines("""hello
hi
hi there
good morning
good afternoon
good evening
hello there
good day
hello good morning
hi good afternoon
okay hello
hello hello""")
HOW_ARE_YOU = lines("""how are you
how are you today
hello how are you
hi how are you
good morning how are you
hi there how are you today
and how are you""")
FINE = lines("""i am fine thank you
i'm fine thanks
i'm fine thank you
i am good
i'm good thanks
i am very good thank you
very good thanks""")
WHO = lines("""who are you
what is your name
what's your name
tell me your name
who is this
hello who are you
can you tell me who you are
tell me about you""")
WHAT_CAN = lines("""what do you do
what can you do for me
tell me what you can do
can you help me
help
help me please
help me
i need help
i need your help
can you help me please
how can you help me
what can i say
what can i do
hi what can you do
okay what can you do
and what can you do
what can you do please
what can you do today
what else can you do
can you tell me what you can do
hello can you help me
hello what can you do for me""")
HEAR = lines("""can you hear me
can you hear me now
do you hear me
hello can you hear me
hello do you hear me""")
THANKS = lines("""thank you
thanks
thank you very much
okay thank you
okay thanks
great thank you
great thanks
that's great thank you
thanks that's great
good thank you
thank you that is great
yes thank you
very good thank you""")
BYE = lines("""goodbye
bye
bye bye
see you later
see you tomorrow
that's all
that is all
that will be all
nothing else
that's all thank you
that's all thanks
thank you goodbye
thanks bye
okay bye
okay thanks bye
thank you that's all
no that's all
no that's all thank you
no that will be all
nothing else thank you
no nothing else
have a good day
have a nice day bye
have a nice weekend
thank you have a nice day
you too
you too bye""")
NAME = lines("""my name is {N}
this is {N}
hello my name is {N}
hi this is {N}
i am {N}
i'm {N}
hello i am {N}
call me {N}""")
REPEAT = lines("""repeat that
repeat that please
can you repeat that please
can you repeat
please repeat that
say that again
say that again please
say it again please
can you say that again
can you say that again please
could you repeat that
could you say it again
what did you say
sorry what did you say
what
again please
sorry can you repeat that
can you read that again
i did not hear that""")
WAIT = lines("""wait
wait a minute
wait a moment please
one moment please
one moment
just a second
just a minute
one second please
hold on a second
hold on please
hold on a minute
please wait
please hold on
a moment please
just a moment""")
DUNNO = lines("""i don't know
i don't understand
i am not sure
i'm not sure
sorry
i'm sorry
sorry i don't know
i do not know
i do not understand you
sorry i'm not sure""")
STOP = lines("""stop
stop please
please stop
stop it
stop it please
okay stop
never mind
no never mind
never mind thank you
never mind that
okay never mind
sorry never mind
not now
no not now
not now thanks
go back
start again
let's stop""")
YES = lines("""yes
yes
yes
yes that's right
yes that's correct
yes go ahead
yes do it
yes do that
yes please do it
yes please do
yes okay
yes sure
yeah
yeah sure
yeah please
yeah do it
sure
sure do it
okay
okay go ahead
okay yes
okay please
go ahead
please do
please do it
do it
do it please
correct
that's correct
that is correct
that's right
that is right
sounds good
confirm
confirm it
confirm it please
yes confirm
please confirm
great do it
fine
that's fine
yes cancel it
cancel it please
yes please cancel it""")
NO = lines("""no
no
no
no thanks
no don't
no don't do it
no please don't
no that is wrong
that is wrong
that's wrong
no wait
no not that
don't
don't do it
don't cancel it
please don't cancel it
no don't cancel it
no stop
no sorry
no i need it
not that""")
YES_ALONE = lines("""yes
yes please
yes i do
yeah
sure
okay
great
sounds good
good
yes okay
fine
that's fine
that's great
that is great
that's good
very good
okay great""")
NO_ALONE = lines("""no
no thanks
no thank you very much
no not now
no that's okay
no that is fine
no i'm good
no i'm fine
no that's fine thank you""")

# Answers to a question for one slot; they may bring others along.
ANSWER_TITLE = lines("""{T}
{T}
it is {T}
that is {T}
for {T}
it is for {T}
{T} please
it will be {T}
call it {T}
make it {T}
just {T}
okay {T}
{T} {D}
{T} at {H}
{T} {D} at {H}
i need {T}
book {T}
i said {T}
i meant {T}
add {T}""")
ANSWER_DAY = lines("""{D}
{D}
{D}
{D} please
make it {D}
for {D}
{D} is fine
{D} is good
okay {D}
let's do {D}
let's say {D}
i said {D}
can we do {D}
how about {D}
what about {D}
{D} sounds good
{D} thank you
{D} at {H}
{D} at {H}
{D} at {H} please
at {H} {D}
it is {D}
i would like {D}
i meant {D}
just {D}""")
ANSWER_TIME = lines("""{H}
{H}
at {H}
at {H}
at {H} please
{H} please
make it {H}
make it {H} please
make that {H}
for {H}
{H} is fine
{H} is good
at {H} is fine
okay {H}
okay at {H}
let's do {H}
let's say {H}
let's make it {H}
i said {H}
i meant {H}
can we do {H}
can we do it at {H}
how about {H}
what about {H}
is {H} okay
is {H} free
{H} sounds good
{H} would be great
at {H} thank you
at {H} would be good
i'd like {H}
i would like {H}
i need it at {H}
set it to {H}
start at {H}
just {H}
from {H} to {H2}
at {H} for an hour""")
ANSWER_WHEN = lines("""{D} at {H}
{D} at {H}
{D} at {H}
at {H} {D}
{D} {H}
{D} at {H} please
make it {D} at {H}
for {D} at {H}
how about {D} at {H}
what about {D} at {H}
can we do {D} at {H}
let's do {D} at {H}
let's say {D} at {H}
i would like {D} at {H}
okay {D} at {H}
{D} from {H} to {H2}
{D} at {H} is fine
{D} at {H} would be good""")
CORRECT_TIME = lines("""no make it {H}
no i said {H}
no i meant {H}
no at {H}
make it {H}
no {H} please
sorry i meant {H}
sorry make it {H}
no wait make it {H}
wait make it {H}""")
CORRECT_DAY = lines("""no {D}
no make it {D}
no i said {D}
no i meant {D}
sorry i meant {D}
sorry make it {D}
wait make it {D}
no wait {D}
no it is {D}""")
CANCEL_TITLE = lines("""{T}
{T}
{T} please
it is {T}
cancel {T}
please cancel {T}
delete {T}
{T} {D}
{T} {D}
{T} {D} at {H}
just {T}
i meant {T}
i said {T}
okay {T}""")
CANCEL_DAY = lines("""{D}
{D}
{D}
{D} please
it is {D}
that is {D}
{D} at {H}
it is {D} at {H}
i said {D}
i have it {D}
it will be {D}
okay {D}""")
LIST_DAY = lines("""{D}
{D}
{D}
{D} please
for {D}
what about {D}
how about {D}
look at {D}
tell me about {D}
show me {D}
let's see {D}
okay {D}
i meant {D}
i'd like to see {D}
i said {D}
just {D}""")
