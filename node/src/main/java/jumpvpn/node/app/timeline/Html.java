package jumpvpn.node.app.timeline;

import jumpvpn.node.observability.jsonl.JsonWriter;

/** HTML and SVG, written tag by tag; every text and every attribute's value is escaped. */
final class Html {
    private final StringBuilder page = new StringBuilder(1 << 16);

    /** Markup of our own, never a text from elsewhere. */
    Html raw(String markup) {
        page.append(markup);
        return this;
    }

    /** A text, whatever is in it. */
    Html text(Object text) {
        escape(String.valueOf(text));
        return this;
    }

    /** An element with nothing but a text. */
    Html element(String name, Object text) {
        return raw("<" + name + ">").text(text).raw("</" + name + ">");
    }

    /** An element of a class with nothing but a text. */
    Html element(String name, String cssClass, Object text) {
        return open(name, "class", cssClass).text(text).raw("</" + name + ">");
    }

    /**
     * An opening tag.
     *
     * @param attributes names and values in turn
     */
    Html open(String name, Object... attributes) {
        page.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            page.append(' ').append(attributes[i]).append("=\"");
            escape(String.valueOf(attributes[i + 1]));
            page.append('"');
        }
        page.append('>');
        return this;
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> page.append("&amp;");
                case '<' -> page.append("&lt;");
                case '>' -> page.append("&gt;");
                case '"' -> page.append("&quot;");
                case '\'' -> page.append("&#39;");
                default ->
                    page.append(
                            Character.isISOControl(c) || Character.isSurrogate(c) && !JsonWriter.isPaired(text, i)
                                    ? '\ufffd'
                                    : c);
            }
        }
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
