"""English: what people say of themselves; see `language` for the notation, `english_words` for the words around it."""

from typing import Final

from memlane.derive.patterns.english_words import CORRECTIONS, DATES, RELATIONS, SHAPES, WORDS
from memlane.derive.patterns.language import Language, parts_of, relations_of, rules_of

_RULES: Final = r"""
name.is: my (?:full |first |real )?name(?:'s| is) <person> => is called {value}
name.greeting: (?:hi|hello|hey|good (?:morning|evening|afternoon))(?: there| all| everyone)?[,!]? (?:i'?m|i am
    |this is|it's) <person> => is called {value}
name.am: (?:i'm|i am) <person>(?=,? (?:and (?:i|my)\b|but (?:please|everyone|people|you|my|most)|from [A-Z])
    |, an? |, \d\d\b) => is called {value}
nickname.call: (?:(?:but|please|you can|you may|just|feel free to) )*call me <person> => wants to be called {value}
nickname.called: (?:everyone|everybody|people|most people|(?:all )?my (?:friends|family|colleagues)
    (?: all)?) (?:just )?calls? me <person> => is called {value} by others
age.years: <im> (?P<value>[1-9]\d|1[01]\d)(?: years? old)?(?!\d) => is {value} years old
age.turned: (?:i|i've|i have) (?:just|recently) turned (?P<value>[1-9]\d|1[01]\d) => is {value} years old
age.close: <close> (?:is|just turned|turned) (?P<value>\d{1,3})(?: years? old)? => is {value} years old
birthday.is: my birthday(?:'s| is)(?: on)?(?: the)? <date> => has the birthday {value}
birthday.born: i was born on(?: the)? <date> => was born on {value}
birthday.close: <close>'s birthday(?:'s| is)(?: on)?(?: the)? <date> => has the birthday {value}
birth_year.born: i was born in <year> => was born in {value}

home.live: <self>live (?:here )?in <area><place> => lives in {value}
home.living: <were> living in <area><place> => lives in {value}
home.been: (?:i|we)(?:'ve| have) (?:been living|lived) in <area><place>(?=,? (?:since|for
    |all my)\b) => lives in {value}
home.moved: <ive> (?:moved|relocated)(?: back)?(?: from <_place>)? to <area><place>(?! for (?:a|an|one
    |\w+) ) => lives in {value}
home.based: (?:<were>|i(?:'m| am) an? (?:[\w-]+ ){1,4})based (?:in|out of) <area><place> => lives in {value}
home.but: (?:i|we) (?:no longer|<notdo>) live in <_place><anymore>?,? but in <area><place> => lives in {value}
home.left [ends]: (?:i|we) (?:no longer live|used to live) in <area><place> => no longer lives in {value}
home.not [ends]: (?:i|we) <notdo> live in <area><place>(?=<anymore>) => no longer lives in {value}
home.from [ends]: <ive> (?:moved|relocated) (?:away )?from <place> => no longer lives in {value}
home.close: <close> (?:now |still )?lives in <area><place> => lives in {value}
hometown.from: <im>(?: originally)? from <area><place> => is from {value}
hometown.come: i (?:originally )?come from <area><place> => is from {value}
hometown.grew: i (?:grew up|was raised) in <area><place> => grew up in {value}
hometown.is: my home ?town is <place> => is from {value}
birthplace.born: i was born (?:and raised )?in <area><place> => was born in {value}

work.as: <self>work(?: (?:full|part)[- ]time)? as an? <role> => works as {value}
work.at_as: <self>work (?:for|at) <_org> as an? <role> => works as {value}
work.working: (?:<im>|(?:i've|i have) been) (?:working|employed) as an? <role> => works as {value}
work.am: <im> an? <job> => is {value} by profession
work.being [presupposed]: as an? <job><forme> => is {value} by profession
work.field: <self>work in (?:the )?(?P<value><fields>)(?: (?:industry|sector))? => works in {value}
work.state: <im> (?P<value>retired|self-employed|a stay-at-home (?:mom|mum|dad|parent))(?! from) => is {value}
work.hired: <ive> (?:got (?:a (?:new )?job|hired)|started
    (?: working| a new job| a job)?) as an? <role> => works as {value}
work.close: <close> (?:is|works as) an? <job> => is {value} by profession
employer.work: <self>work (?:for|at|with) <org> => works for {value}
employer.working: <were> (?:working|employed) (?:for|at|by) <org> => works for {value}
employer.been: (?:i've|i have) (?:worked|been working) (?:for|at) <org>(?=,? (?:since|for)\b) => works for {value}
employer.started: <ive> (?:started (?:a (?:new )?job |working |work )?(?:at|for)|got hired (?:at|by)
    |got a (?:new )?job (?:at|with)|accepted an offer from) <org> => works for {value}
employer.job: <im> an? <_job> (?:at|for|with) <org> => works for {value}
employer.close: <close> works (?:for|at) <org> => works for {value}
employer.quit [ends]: <ive> (?:(?:quit|left|lost) my (?:old )?job (?:at|with)|(?:quit|stopped) working (?:at|for)
    |resigned from|(?:got|was|been|were) (?:laid off|fired|let go) (?:from|by)) <org> => no longer works for {value}
employer.longer [ends]: i (?:no longer|used to) work (?:for|at) <org> => no longer works for {value}
employer.not [ends]: (?:i <notdo> work|<im> not)(?: working)? (?:for|at|with) <org>
    (?=<anymore>) => no longer works for {value}
employer.gone [ends]: <ive> (?:quit|left|lost) my (?:old )?job(?! (?:at|with)\b)(?= *(?:$
    |[.,;!]| and| last| this| in| yesterday| today| because| so)) => no longer has the job
job_seeking.look: <im> (?:actively )?(?:looking|searching|hunting) for (?:an? |some )?(?P<value>(?:(?:new|full-time
    |part-time|remote|summer|better) )*(?:job|work|employment)(?: (?:as an?|in) [\w-]+
    (?: [\w-]+)?)?) => is looking for a {value}
job_seeking.state: <im> (?P<value>unemployed|between jobs|out of work|job[- ]hunting) => is {value}
studies.study: (?:<self>study|<im> studying) (?!(?:for|the|my|this|that|how|hard|at|in|abroad|an?|with|to|up
    |tonight|today|late|now|right|all|some|every\w*|your|these|on)\b)<role> => studies {value}
studies.student: <im> an? (?:[\w-]+[- ]year )?(?!(?:good|bad|high|college|university|grad|graduate|exchange|first
    |current|full|part|student|new|former|straight)\b)(?P<value>[a-z]+(?: [a-z]+)?) (?:student|major)\b(?= *(?:$
    |[.,;!]| (?:at|in|from|and|who|with))) => studies {value}
studies.degree: <im> (?:doing|pursuing|working on|finishing|getting|starting) (?:an?|my) (?P<value>(?:phd|master'?s
    (?: degree)?|bachelor'?s(?: degree)?|mba|doctorate)(?: in [^\W\d_][\w-]*
    (?: [^\W\d_][\w-]*)?)?) => is doing a {value}
studies.major: (?:<im> majoring in|my major is) <role> => studies {value}

partner.called: my <spouse><called> <person> => has a {relation} named {value}
partner.my [anywhere presupposed]: my <spouse> <who> => has a {relation} named {who} => {who}
partner.to: <im> (?:happily |recently )*(?P<state>married|engaged) to <person> => is {state} to {value}
partner.state: <im> (?:happily |recently |newly )*(?P<value>married|engaged|divorced|single|widowed|separated)
    (?! (?:to|in|with|about|from|by|on)\b) => is {value}
partner.got: (?:i|we) (?:(?:just|recently|finally) )*got (?P<value>engaged|married|divorced)(?! to) => is {value}
partner.ended [ends]: (?:my (?:<spouses>) and i (?:(?:have|just|recently) )*(?:broke up|broken up|split up
    |separated)|(?:i|we) (?:(?:just
    |recently) )*broke up with my (?:<spouses>)) => is no longer together with the partner
family.called: my <kin><called> <person> => has a {relation} named {value}
family.have: <ihave> an? (?:[\w-]+ )?<relation>,? (?:named|called) <person> => has a {relation} named {value}
family.count: <ihave> (?P<value>(?:an?|one|<_count>) (?:(?:older|younger|little|big|twin|adult|teenage
    |baby) )?<relation>)(?! on the way) => has {value}
family.also: <ihave> (?:an?|one|<_count>) (?:[\w-]+ )?(?:sons?|daughters?|brothers?|sisters?) and (?P<value>(?:an?
    |one|two|three|four) (?:[\w-]+ )?<relation>) => has {value}
family.my [anywhere presupposed]: (?:my|our) <kin> <who> => has a {relation} named {who} => {who}
pet.died [ends]: (?:my|our) <animal> <who> (?:has |just |sadly )*(?:died
    |passed away) => no longer has the {animal} {who} => {animal} {who}
pet.have: (?:<ihave>|<ive> (?:adopted|got|bought)) an? (?:[\w-]+ ){0,2}<animal>,? (?:named
    |called) <person> => has the {animal} {value} => {animal} {value}
pet.called: (?:my|our) (?:[\w-]+ )?<animal><called> <person> => has the {animal} {value} => {animal} {value}
pet.my [anywhere presupposed]: (?:my|our) <animal>(?:,(?= (?-i:[A-Z])\w+(?:[,.!?]|$)))? <who>
    (?! (?:has |just |sadly )*(?:died|passed)) => has the {animal} {who} => {animal} {who}
pet.count [anywhere]: (?:<ihave> |\b(?:with )?my )(?P<value><_count> (?:[\w-]+ )?<animal>) => has {value}

owns.drive: <self>(?:drive|ride) an? (?P<old>(?:19|20)\d\d )?<org> => drives a {value}
owns.have: (?:<ive> (?:own|bought|purchased)|<ihave>) an? (?P<value>(?:[\w-]+ ){0,2}?
    (?:<ownables>)) => has a {value}
owns.sold [ends]: <ive> (?:sold|got rid of|gave away) (?:my|our|the) (?:old )?(?P<value>
    (?:<ownables>)) => no longer has the {value}
language.speak [listed]: (?:<self>|i can )speak (?=(?:(?:fluent|some|both|a|bit|little|of|native) ){0,4}
    (?:<tongues>)\b)<thing> => speaks {value}
language.native: my (?:native|first|mother|second) (?:language|tongue) is <lang> => speaks {value}
language.fluent [listed]: <im> (?:fluent in|a native speaker of|proficient in) (?=
    (?:<tongues>)\b)<thing> => speaks {value}
learning.learn: (?:<im>|(?:i've|i have) been) (?:learning|teaching myself|taking lessons in) (?!(?:a lot|more|that
    |from|so|about|new|the|your|as|by|on|how much|what|why|to (?:live|love|deal|cope|trust))\b)(?:how )?
    (?P<to>to )?<thing> => is learning {to}{value}
condition.have: (?:<ihave>|i suffer from|i(?: have|'ve)? (?:was |been )?diagnosed with|i live with) (?P<value>(?:
    (?:type [12]|chronic|severe|mild) )?(?:<conditions>)) => has {value}
condition.am: <im> (?:an? )?(?P<value>diabetic|type [12] diabetic|asthmatic|epileptic|dyslexic|colou?r-?blind
    |autistic|celiac|coeliac) => is {value}
plan.go [dated]: <were> (?P<value>(?:flying|going|travell?ing|moving|heading|relocating|driving|off)
    (?: back)? to <_place>) => {value}
plan.have [dated]: <ihave> (?:an?|my|our) (?P<value>(?:[\w-]+ ){0,2}?(?:appointment|interview|exam|wedding|surgery
    |concert|flight|trip|marathon|conference|presentation|checkup|check-up|operation|reunion|recital|graduation
    |tournament)) => {value}
plan.my [dated]: (?:my|our) (?P<value>(?:[\w-]+ )?(?:appointment|interview|exam|wedding|surgery|flight|trip
    |marathon|graduation|due date|operation)(?: to <_place>)?) (?:is|will be) => {value}
plan.do [dated]: <were> (?P<value>getting married|starting (?:a|my) new job|running an? (?:half[- ])?marathon
    |having surgery) => {value}
plan.be [dated]: (?:i|we)(?:'ll| will) be (?P<value>in <_place>) => {value}

diet.am: <im>(?: an?)?(?: strict| lifelong| committed| proud)? <diet> => is {value}
diet.been: (?:i've|i have) been (?:an? )?(?:strict )?<diet> => is {value}
diet.became: <ive> (?:went|became|turned|gone|become) (?:an? )?<diet> => is {value}
diet.being [presupposed]: as an? (?:strict )?<diet><forme> => is {value}
diet.not [ends]: <im> (?:not (?:an? )?<diet>(?=<anymore>)) => is no longer {value}
diet.longer [ends]: (?:<im> no longer|<ive> stopped being) (?:an? )?<diet> => is no longer {value}
diet.close: <close> is (?:an? )?<diet> => is {value}
avoids.eat [listed]: i (?:<notdo>|never|no longer|can'?t|cannot|can not) (?P<verb>eat|drink) (?!(?:in|out|much
    |enough|at|before|after|until|or|when|breakfast|lunch|dinner|more|and|while|as|as|too|with
    |well)\b)<thing> => does not {verb} {value}
avoids.gave: <ive> (?:quit|gave up|given up|cut out|stopped eating
    |stopped drinking) (?P<value><foods>) => gave up {value}
avoids.free: (?:<im>|i eat) (?:strictly )?(?P<value>gluten|dairy|sugar|lactose|nut)[- ]free => avoids {value}
allergy.to [listed]: (?:<im>|(?:i've|i have) always been|(?P<bare>)(?=allergic)) ?
    (?:\w+ly |very |super |super-)?allergic to <thing> => is allergic to {value}
allergy.close [listed]: <close> is (?:\w+ly |very )?allergic to <thing> => is allergic to {value}
allergy.have: <ihave> an? (?:(?:severe|bad|mild|serious|strong) )?(?!(?:food|skin|seasonal)\b)(?P<value>[\w-]+
    (?: [\w-]+)?) allergy => is allergic to {value}
allergy.intolerant: <im> (?P<value>lactose|gluten|fructose|histamine)[- ]intolerant => is {value} intolerant
likes.ended [ends]: i (?:<notdo>(?: really)?|no longer) (?:like|love|enjoy) (?P<value>(?!that|this|it|the|how
    |your)[\w' -]{2,40}?)(?=<anymore>) => no longer likes {value}
likes.love [listed]: (?:i <very>|(?:i've|i have) always (?=love)|(?P<bare>)(?=love|enjoy))(?:love|like|enjoy
    |adore) (?P<to>to )?<thing> => likes {to}{value}
likes.both [listed anywhere]: my (?:<spouses>)(?: (?-i:[A-Z])\w+)? and i <very>(?:love|like|enjoy
    |adore) (?P<to>to )?<thing> => likes {to}{value}
likes.into [listed]: <im> (?:(?:very|super|so|quite|pretty|big) )*(?:into|fond of|keen on
    |passionate about) <thing> => likes {value}
likes.fan [listed]: <im> (?:such )?an? (?:(?:big|huge|massive|great|total|lifelong) )*(?:fan
    |lover) of <thing> => likes {value}
likes.prefer: i <very>prefer (?!(?:the|this|that|it|to|if|not|an?|your|my|option)\b)(?P<value>[\w' -]{2,30}?)
    (?= (?:over|to|rather than) ) => prefers {value}
likes.close [listed]: <close> <very>(?:loves|likes|enjoys|adores) (?P<to>to )?<thing> => likes {to}{value}
dislikes.hate [listed]: i <very>(?:hate|dislike|detest|despise|loathe|can'?t stand
    |cannot stand) (?P<to>to )?<thing> => dislikes {to}{value}
dislikes.not [listed]: i (?:really )?<notdo> (?:really |particularly )?(?:like|enjoy|care for) (?P<to>to )?
    (?![^.!?]{0,60}any ?more)<thing> => dislikes {to}{value}
dislikes.fan [listed]: <im> not (?:really |exactly )?(?:an? )?(?:(?:big|huge|great) )?(?:fan of|into|keen on
    |fond of) <thing> => dislikes {value}
hobby.play: <self>play (?:the )?(?P<what><instruments>|<sports>)\b => plays {what} => play {what}
hobby.is [listed]: my (?:main |favou?rite )?hobb(?:y|ies) (?:is|are|include) <thing> => has the hobby {value}
favourite.is: my (?:all[- ]time |absolute )*favou?rite (?P<what><favourites>) (?:is
    |are) <thing> => has the favourite {what} {value}
wants.to: i(?:'d (?:really )?(?:love|like)| (?:really |would |also )*(?:want|love|like|hope
    |plan)) to <wish><thing> => wants to {value}
wants.goal: my (?:\w+ )?(?:goal|dream) is to <wish><thing> => wants to {value}
wants.trying: <im> (?:trying|hoping|planning|saving(?: up)?) to <wish><thing> => wants to {value}
"""

LANGUAGE: Final = Language(
    code="en",
    words="a am an and any are as at because been but by can do for from have he i i'm if in is it its just "
    "like live me my no not of on or our she so that the there they this to was we were what when which "
    "who with you your don't t ve",
    rules=rules_of(_RULES),
    parts=parts_of(SHAPES) | parts_of(WORDS),
    relations=relations_of(RELATIONS),
    corrections=CORRECTIONS,
    dates=DATES,
)
