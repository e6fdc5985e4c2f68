//! Every word of the interface, in every language it speaks, side by side.

use crate::publish::Tongue;

macro_rules! texts {
    ($($name:ident: $ar:literal, $en:literal, $es:literal, $fr:literal;)+) => {
        /// The words of the interface in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "each word says itself")]
        pub struct Texts { $(pub $name: &'static str),+ }

        const AR: Texts = Texts { $($name: $ar),+ };
        const EN: Texts = Texts { $($name: $en),+ };
        const ES: Texts = Texts { $($name: $es),+ };
        const FR: Texts = Texts { $($name: $fr),+ };

        #[cfg(test)]
        const ALL: &[(&str, [&str; 4])] = &[$((stringify!($name), [$ar, $en, $es, $fr])),+];
    };
}

/// The words of the interface in `tongue`.
pub fn texts(tongue: Tongue) -> &'static Texts {
    match tongue {
        Tongue::Ar => &AR,
        Tongue::En => &EN,
        Tongue::Es => &ES,
        Tongue::Fr => &FR,
    }
}

texts! {
    tagline: "أخبار الاتجار بالبشر والهجرة، كل نص مرة واحدة",
        "News on human trafficking and migration, each text once",
        "Noticias sobre trata de personas y migración, cada texto una vez",
        "L’actualité de la traite et de la migration, chaque texte une fois";
    skip: "انتقل إلى المحتوى", "Skip to content", "Ir al contenido", "Aller au contenu";
    menu: "الأقسام", "Sections", "Secciones", "Rubriques";
    newest: "الأحدث", "Newest", "Lo más reciente", "À la une";
    topics: "المواضيع", "Topics", "Temas", "Thèmes";
    sources: "المصادر", "Sources", "Fuentes", "Sources";
    feeds: "الخلاصات", "Feeds", "Canales", "Flux";
    search: "بحث", "Search", "Buscar", "Rechercher";
    search_hint: "ابحث في العناوين والنصوص", "Search titles and texts",
        "Buscar en títulos y textos", "Chercher dans les titres et les textes";
    interface: "لغة الواجهة", "Interface language", "Idioma de la interfaz", "Langue de l’interface";
    filter: "تصفية", "Filter", "Filtrar", "Filtrer";
    filters: "تصفية المقالات", "Filter the articles", "Filtrar los artículos", "Filtrer les articles";
    active_filters: "التصفية الحالية", "Active filters", "Filtros activos", "Filtres actifs";
    remove: "إزالة", "Remove", "Quitar", "Retirer";
    clear: "عرض الكل", "Show everything", "Mostrar todo", "Tout afficher";
    languages: "اللغات", "Languages", "Idiomas", "Langues";
    countries: "البلدان", "Countries", "Países", "Pays";
    all_sources: "كل المصادر", "All sources", "Todas las fuentes", "Toutes les sources";
    older: "أقدم", "Older", "Anteriores", "Plus anciens";
    back_to_newest: "العودة إلى الأحدث", "Back to the newest", "Volver a lo más reciente",
        "Revenir aux plus récents";
    pages: "الصفحات", "Pages", "Páginas", "Pages";
    nothing: "لا يوجد شيء هنا بعد.", "There is nothing here yet.", "Todavía no hay nada aquí.",
        "Il n’y a encore rien ici.";
    nothing_found: "لا يوجد مقال يطابق هذا البحث.", "No article matches this.",
        "Ningún artículo coincide con esto.", "Aucun article ne correspond.";
    today: "اليوم", "Today", "Hoy", "Aujourd’hui";
    yesterday: "أمس", "Yesterday", "Ayer", "Hier";
    subscribe: "تابع هذه الصفحة في قارئ الخلاصات", "Follow this view in a feed reader",
        "Seguir esta vista en un lector de canales", "Suivre cette vue dans un lecteur de flux";
    subscribe_with: "أضف إلى", "Add to", "Añadir a", "Ajouter à";
    feed_address: "عنوان الخلاصة", "Feed address", "Dirección del canal", "Adresse du flux";
    copy: "نسخ", "Copy", "Copiar", "Copier";
    copied: "نُسخ", "Copied", "Copiado", "Copié";
    read_original: "اقرأ المقال الأصلي لدى", "Read the original at", "Leer el original en",
        "Lire l’original sur";
    original: "الأصل", "Original", "Original", "Original";
    by: "بقلم", "By", "Por", "Par";
    published: "نُشر", "Published", "Publicado", "Publié";
    updated: "حُدّث", "Updated", "Actualizado", "Mis à jour";
    rights: "الحقوق", "Rights", "Derechos", "Droits";
    copies: "نُشر أيضًا لدى", "Also published by", "Publicado también por", "Publié aussi par";
    story: "القصة", "The story", "La historia", "L’affaire";
    same_story: "من القصة نفسها", "From the same story", "De la misma historia", "Sur la même affaire";
    whole_story: "القصة كاملة", "The whole story", "La historia completa", "Toute l’affaire";
    story_intro: "مقالات كُتبت كل منها على حدة عن الحدث نفسه، الأحدث أولًا.",
        "Articles written independently about one event, newest first.",
        "Artículos escritos por separado sobre un mismo hecho, el más reciente primero.",
        "Articles écrits séparément sur un même fait, le plus récent d’abord.";
    why: "سبب الإدراج", "Why it is here", "Por qué está aquí", "Pourquoi il est ici";
    why_intro: "الكلمات التي وجدتها القواعد في النص، ووزن كل منها.",
        "The terms that the rules found in the text, and what each weighs.",
        "Los términos que las reglas hallaron en el texto y lo que pesa cada uno.",
        "Les termes que les règles ont trouvés dans le texte, et le poids de chacun.";
    term: "الكلمة", "Term", "Término", "Terme";
    place: "الموضع", "Place", "Lugar", "Endroit";
    weight: "الوزن", "Weight", "Peso", "Poids";
    score: "الدرجة", "Score", "Puntuación", "Score";
    in_title: "العنوان", "title", "título", "titre";
    in_lead: "المقدمة", "lead", "entrada", "chapeau";
    in_body: "النص", "text", "texto", "texte";
    revisions: "تعديلات النص", "History of the text", "Historia del texto", "Historique du texte";
    excerpt_only: "هذا مقتطف: يسمح المصدر بهذا القدر فقط.", "This is an excerpt: the source allows no more.",
        "Esto es un extracto: la fuente no permite más.", "Ceci est un extrait : la source n’en permet pas plus.";
    topics_intro: "ما يتابعه هذا الموقع، وعدد المقالات في اليوم خلال التسعين يومًا الماضية.",
        "What is watched here, and the articles per day over the last 90 days.",
        "Lo que se sigue aquí y los artículos por día en los últimos 90 días.",
        "Ce qui est suivi ici, et les articles par jour sur les 90 derniers jours.";
    sources_intro: "المواقع التي تُقرأ، ومواعيد قراءتها، وحالتها.",
        "Who is read here, how often, and how it goes.",
        "A quién se lee aquí, con qué frecuencia y cómo va.",
        "Qui est lu ici, à quel rythme, et comment cela se passe.";
    source: "المصدر", "Source", "Fuente", "Source";
    country: "البلد", "Country", "País", "Pays";
    language: "اللغة", "Language", "Idioma", "Langue";
    kind: "النوع", "Kind", "Tipo", "Genre";
    last_90_days: "آخر 90 يومًا", "Last 90 days", "Últimos 90 días", "90 derniers jours";
    schedule: "الموعد", "Schedule", "Horario", "Rythme";
    adaptive: "بحسب نشاطه", "As it publishes", "Según publica", "Selon ses parutions";
    last_read: "آخر قراءة ناجحة", "Last read", "Última lectura", "Dernière lecture";
    state: "الحالة", "State", "Estado", "État";
    state_ok: "سليم", "Healthy", "Bien", "En ordre";
    state_failing: "متعثر", "Failing", "Falla", "En panne";
    state_silent: "صامت", "Silent", "En silencio", "Silencieuse";
    state_waiting: "لم يُقرأ بعد", "Not read yet", "Sin leer aún", "Pas encore lue";
    never: "أبدًا", "Never", "Nunca", "Jamais";
    sources_list: "قائمة المصادر بصيغة OPML", "The list of sources as OPML",
        "La lista de fuentes en OPML", "La liste des sources en OPML";
    feeds_intro: "انسخ عنوانًا إلى قارئ الخلاصات لديك، أو اختر القارئ مباشرة. كل بحث وكل تصفية في الصفحة الأولى لها خلاصتها.",
        "Copy an address into your feed reader, or pick the reader itself. Every search and every filter of the front page is a feed too.",
        "Copie una dirección en su lector de canales o elija el lector. Cada búsqueda y cada filtro de la portada es también un canal.",
        "Copiez une adresse dans votre lecteur de flux, ou choisissez le lecteur. Chaque recherche et chaque filtre de la page d’accueil est aussi un flux.";
    feeds_list: "كل الخلاصات بصيغة OPML", "All feeds as OPML", "Todos los canales en OPML",
        "Tous les flux en OPML";
    kind_media: "إعلام", "News media", "Medios", "Média";
    kind_agency: "وكالة أنباء", "News agency", "Agencia de noticias", "Agence de presse";
    kind_igo: "منظمة دولية", "International organisation", "Organización internacional",
        "Organisation internationale";
    kind_government: "جهة حكومية", "Government", "Gobierno", "Gouvernement";
    kind_ngo: "منظمة غير حكومية", "NGO", "ONG", "ONG";
    kind_research: "بحث", "Research", "Investigación", "Recherche";
    kind_specialist: "إعلام متخصص", "Specialist", "Medio especializado", "Média spécialisé";
    error_title: "تعذّر عرض الصفحة", "This page cannot be shown", "No se puede mostrar esta página",
        "Cette page ne peut pas être affichée";
    not_found: "لا توجد صفحة بهذا العنوان.", "There is no page at this address.",
        "No hay ninguna página en esta dirección.", "Il n’y a pas de page à cette adresse.";
    gone: "سُحب هذا المقال ولن يعود.", "This article was withdrawn and will not come back.",
        "Este artículo fue retirado y no volverá.", "Cet article a été retiré et ne reviendra pas.";
    busy: "طلبات كثيرة في وقت قصير. أعد المحاولة بعد دقيقة.",
        "Too many requests in a short time. Try again in a minute.",
        "Demasiadas peticiones en poco tiempo. Inténtelo de nuevo en un minuto.",
        "Trop de requêtes en peu de temps. Réessayez dans une minute.";
    unavailable: "قاعدة البيانات لا تجيب الآن. أعد المحاولة بعد قليل.",
        "The database does not answer at the moment. Try again shortly.",
        "La base de datos no responde en este momento. Inténtelo de nuevo en breve.",
        "La base de données ne répond pas pour le moment. Réessayez sous peu.";
    bad_request: "لم نفهم هذا العنوان:", "This address was not understood:",
        "No se ha entendido esta dirección:", "Cette adresse n’a pas été comprise :";
    go_home: "إلى الصفحة الأولى", "Go to the front page", "Ir a la portada", "Aller à la page d’accueil";
    footer: "كل مقال ملك لناشره، ويُفتح الأصل أولًا. رصد برنامج حر.",
        "Every article belongs to its publisher, and the original comes first. Rasad is free software.",
        "Cada artículo pertenece a quien lo publica, y el original va primero. Rasad es software libre.",
        "Chaque article appartient à son éditeur, et l’original vient en premier. Rasad est un logiciel libre.";
    admin: "الإدارة", "Administration", "Administración", "Administration";
    token: "الرمز السري", "Token", "Clave secreta", "Jeton secret";
    enter: "دخول", "Sign in", "Entrar", "Se connecter";
    leave: "خروج", "Sign out", "Salir", "Se déconnecter";
    to_review: "للمراجعة", "To review", "Por revisar", "À revoir";
    nothing_to_review: "لا شيء ينتظر المراجعة.", "Nothing waits for a review.",
        "Nada espera revisión.", "Rien n’attend d’être revu.";
    verdicts: "آخر الأحكام", "Recent verdicts", "Veredictos recientes", "Verdicts récents";
    health: "صحة المصادر", "Health of the sources", "Salud de las fuentes", "Santé des sources";
    next_read: "القراءة القادمة", "Next read", "Próxima lectura", "Prochaine lecture";
    yielded: "الحصيلة في 30 يومًا", "Yield in 30 days", "Resultado en 30 días", "Récolte sur 30 jours";
    quality: "نصوص كاملة", "Whole texts", "Textos completos", "Textes complets";
    try_now: "اقرأ الآن", "Try now", "Probar ahora", "Essayer maintenant";
    relevant: "ذو صلة", "Relevant", "Pertinente", "Pertinent";
    close: "حالة ملتبسة", "Close call", "Caso dudoso", "Cas limite";
    irrelevant: "غير ذي صلة", "Irrelevant", "No pertinente", "Hors sujet";
    lost: "تعذّر جلبه", "not to be had", "inaccesibles", "introuvables";
    accept: "قبول", "Accept", "Aceptar", "Accepter";
    reject: "رفض", "Reject", "Rechazar", "Rejeter";
    name_topics: "تسمية المواضيع عند القبول", "Name the topics when accepting",
        "Nombrar los temas al aceptar", "Nommer les thèmes en acceptant";
    name_topics_note: "من دون اختيار تبقى المواضيع التي وجدتها القواعد.",
        "With none chosen, it keeps the topics that the rules found.",
        "Si no se elige ninguno, conserva los temas que hallaron las reglas.",
        "Sans choix, il garde les thèmes que les règles ont trouvés.";
    undo: "إلغاء القرار", "Leave it to the rules", "Dejarlo a las reglas", "S’en remettre aux règles";
    accepted: "قُبل يدويًا", "Accepted by hand", "Aceptado a mano", "Accepté à la main";
    rejected: "رُفض يدويًا", "Rejected by hand", "Rechazado a mano", "Rejeté à la main";
    withdraw: "سحب", "Withdraw", "Retirar", "Retirer";
    withdrawn: "مسحوب", "Withdrawn", "Retirado", "Retiré";
    withdraw_for_good: "يغادر كل الخلاصات ولا يعود، ويُنشر السبب مكانه.",
        "It leaves every feed and never comes back; the reason is published in its place.",
        "Sale de todos los canales y no vuelve; en su lugar se publica el motivo.",
        "Il quitte tous les flux et ne revient jamais ; le motif est publié à sa place.";
    reason: "السبب", "Reason", "Motivo", "Motif";
    own_page: "صفحته هنا", "Its page here", "Su página aquí", "Sa page ici";
    moved_to: "انتقل إلى", "Moved to", "Se ha mudado a", "A déménagé vers";
    layout_changed: "تغيّر تصميم صفحاته", "The layout of its pages changed",
        "Ha cambiado el diseño de sus páginas", "La mise en page du site a changé";
    mended: "أُصلح في الخلاصة", "Mended in the feed", "Corregido en el canal", "Réparé dans le flux";
    state_gone: "اختفى", "Gone", "Desaparecida", "Disparue";
    config_refused: "الإعدادات المحفوظة فيها أخطاء؛ ما زالت الإعدادات السابقة سارية.",
        "The saved configuration has mistakes; the one before it stays in force.",
        "La configuración guardada tiene errores; sigue vigente la anterior.",
        "La configuration enregistrée contient des erreurs ; la précédente reste en vigueur.";
    config_in_force: "الإعدادات المحفوظة سارية.", "The saved configuration is in force.",
        "La configuración guardada está vigente.", "La configuration enregistrée est en vigueur.";
    bad_form: "انتهت صلاحية هذا النموذج أو أنه ناقص. عُد إلى الصفحة وأعد المحاولة.",
        "This form has expired or is incomplete. Go back to the page and try again.",
        "Este formulario ha caducado o está incompleto. Vuelva a la página e inténtelo de nuevo.",
        "Ce formulaire a expiré ou est incomplet. Revenez à la page et réessayez.";
    per_day: "مقالات في اليوم", "articles per day", "artículos por día", "articles par jour";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_every_language() {
        for (name, versions) in ALL {
            assert!(versions.iter().all(|text| !text.trim().is_empty()), "{name}");
            let arabic = versions[0].chars().any(|char| ('\u{600}'..='\u{6ff}').contains(&char));
            assert!(arabic, "{name} is not Arabic");
        }
    }
}
