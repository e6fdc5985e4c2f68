//! Small words and telling letters, by language.

/// What gives a language away.
pub(super) struct Language {
    /// BCP 47 primary subtag.
    pub id: &'static str,
    /// Frequent small words, parted by spaces.
    pub words: &'static str,
    /// Letters that few other languages of the same script write.
    pub letters: &'static str,
}

const fn language(id: &'static str, letters: &'static str, words: &'static str) -> Language {
    Language { id, words, letters }
}

/// Languages in Arabic script stand before this place.
pub(super) const ARABIC_END: usize = 6;
/// Languages in Latin script stand before this place.
pub(super) const LATIN_END: usize = 26;

/// At most 32: sets of languages are bits.
pub(super) const LANGUAGES: [Language; 30] = [
    language(
        "ar",
        "ةإ",
        "في من على إلى عن أن التي الذي الذين هذا هذه ذلك بعد قبل مع كما قد لم لن لا ما هو هي كان كانت \
         وقد وفي ومن وأن خلال بين أو ثم حيث بن أي عند غير كل اليوم أمس الثلاثاء الأربعاء الخميس الجمعة السبت الأحد الاثنين",
    ),
    language(
        "fa",
        "پژچگ",
        "که از به را این است می های در برای با شد شده خود کرد کردند بود آن هم نیز بر تا یک ها اند دارد گفت شود توسط",
    ),
    language(
        "ur",
        "ٹڈڑںےہھ",
        "کے کی میں سے کا اور ہے ہیں کو نے پر کہ یہ اس بھی لیے گیا تھا ایک کر لیا",
    ),
    language("ckb", "ەۆێڵڕڤ", "لە بۆ بە و کە لەگەڵ ئەو ئەم دەکات کرد کران سەر"),
    language("ps", "ټډړږښګڼېۍځڅ", "د په کې ته چې له او سره شو کړي دی دي"),
    language("ug", "ۇۈۋڭ", "ۋە بىلەن ئۈچۈن بۇ"),
    language(
        "en",
        "",
        "the of and to in is was were for that with on by at from has have had are be been after who said as it his \
         her their they this which will would an over more than not but out into up off",
    ),
    language(
        "fr",
        "œùêîûÿ",
        "le la les des du de et est dans pour par sur une un au aux que qui avec sont ont ete pas plus ce cette son \
         ses leur leurs d l qu n s a en entre apres selon contre mais deux ou",
    ),
    language(
        "es",
        "ñ¿¡ó",
        "el la los las de del y en que por con una un para se su al como mas ha han sus lo fue son desde sobre entre \
         tras este esta pero sin hasta muy cuando a o hay",
    ),
    language(
        "it",
        "ìò",
        "il la le gli di del della dei delle degli e che per con un una nel nella sono non al alla dal dalla si ha i \
         lo da in come piu anche dopo su sul sulla stato stati stata state tra fra l ai",
    ),
    language(
        "pt",
        "ãõ",
        "o a os as de do da dos das e em no na nos nas que por para com um uma se ao pela pelo foi foram nao mais \
         sao como sua seu sobre apos entre ate ou tem esta pelos pelas",
    ),
    language(
        "de",
        "ßäöü",
        "der die das und in den von zu mit dem des im auf fur ist sich nicht ein eine einer einem einen als auch an \
         nach bei aus wird werden wurde wurden sie er es hat haben vor uber um am zum zur noch mehr wie sind oder war",
    ),
    language(
        "tr",
        "ığşİ",
        "ve bir bu icin ile da de olarak olan daha cok kadar gibi sonra en ise oldu oldugu tarafindan ilk uzere gore \
         dedi var yok her o kisi yeni",
    ),
    language(
        "nl",
        "",
        "de het een van en in is dat op te zijn voor met niet aan er om door bij ook naar uit over als werd worden \
         heeft maar nog wordt",
    ),
    language(
        "pl",
        "łąęśźżńć",
        "i w na z do sie nie ze jest to o od po przez dla jak za ale byl oraz",
    ),
    language(
        "ro",
        "șțăţ",
        "si de la in cu din pe a au fost este pentru care mai nu o un care dupa prin sunt",
    ),
    language(
        "sv",
        "å",
        "och att det som en i pa ar av for med den till har inte om ett de var fran efter",
    ),
    language(
        "da",
        "øæ",
        "og at det som en i pa er af for med den til har ikke om et de var fra efter blev",
    ),
    language(
        "ca",
        "·",
        "el la els les de i en que per amb una un del dels al va ser mes aquest aquesta han s d l",
    ),
    language("hu", "őű", "a az es hogy nem is egy van meg volt ezt csak mint de ki el"),
    language("sq", "ë", "ne te e dhe per me nga se qe ka nje eshte u i kane"),
    language("hr", "", "i u na je se da za od su s koji ne kao o ali iz sve bi"),
    language(
        "id",
        "",
        "yang dan di dari untuk dengan pada ini itu dalam tidak akan oleh ke para juga telah",
    ),
    language("sw", "", "ya wa na kwa ni katika za la cha kuwa hiyo baada watu wake huo"),
    language("so", "", "oo ka ku iyo ee la uu in ay ah waxaa soo waa u si"),
    language(
        "ary",
        "",
        "dyal dial wach bzaf kayn kayna li daba had hadchi machi 3la 3and 3andi wa7ed wahed bgha ghir hna ntoma chi \
         7it fach fin dyali dyalna khass ma3a 3lach mzyan nas walo hadi rah 3ndo",
    ),
    language("ru", "ыэъё", "и в не на что с по как за из к от для его у это был были о после до"),
    language("uk", "іїєґ", "і в на що не з до у та за як від для його це був були про після"),
    language("bg", "", "и в на за се от да с че са по е не като си към беше след"),
    language("sr", "ђљњћџ", "и у на је се да за од су са који не као о али из"),
];
