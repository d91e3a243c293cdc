package jumpvpn.node.observability.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void fieldsComeInTheOrderOfTheCalls() {
        JsonWriter json = new JsonWriter();
        json.beginObject()
                .field("b", "x")
                .field("a", 1)
                .field("n", (String) null)
                .field("t", true)
                .field("d", 1.5);
        json.name("list")
                .beginArray()
                .value("p")
                .value(2)
                .beginObject()
                .endObject()
                .beginArray()
                .endArray()
                .endArray();
        json.name("o")
                .beginObject()
                .field("x", Double.NaN)
                .endObject()
                .field("z", false)
                .endObject();
        assertThat(json)
                .hasToString(
                        "{\"b\":\"x\",\"a\":1,\"n\":null,\"t\":true,\"d\":1.5,\"list\":[\"p\",2,{},[]],\"o\":{\"x\":null},\"z\":false}");
        assertThat(json.clear().beginArray().endArray()).hasToString("[]");
    }

    @Test
    void whatWouldBreakALineOrATerminalIsEscaped() {
        assertThat(new JsonWriter().value("\"\\\n\r\t\0\u001b[31m\u007f\u0085é→😀"))
                .hasToString("\"\\\"\\\\\\u000a\\u000d\\u0009\\u0000\\u001b[31m\\u007f\\u0085é→😀\"");
        assertThat(new JsonWriter().value("\ud800x\udc00")).hasToString("\"\\ud800x\\udc00\"");
    }

    @Test
    void everyTextComesBackAsItWas() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x2100; c++) {
            all.append(c);
        }
        all.append("\ud83d\ude00 \ud800");
        String written = new JsonWriter().value(all.toString()).toString();
        assertThat(written).doesNotContain("\n").doesNotContain("\r");
        assertThat(Json.parse(written)).isEqualTo(new Json.Text(all.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":[1,-2.5e+3,null,true,{\"b\":\"c\"}],\"d\":{}}", "[]", "0", "\"\"", "[[[]]]"})
    void whatIsReadIsWrittenAgain(String text) {
        assertThat(new JsonWriter().value(Json.parse(text))).hasToString(text);
    }

    @Test
    void fieldsAreFound() {
        assertThat(Json.parse(" { \"s\" : \"x\\u0041\\/\" , \"b\":true,\"l\":[1],\"o\":{\"k\":\"v\"} } "))
                .isInstanceOfSatisfying(Json.Fields.class, o -> {
                    assertThat(o.text("s")).contains("xA/");
                    assertThat(o.text("b")).isEmpty();
                    assertThat(o.isTrue("b")).isTrue();
                    assertThat(o.isTrue("s")).isFalse();
                    assertThat(o.array("l")).isEqualTo(List.of(new Json.Figure("1")));
                    assertThat(o.object("o").text("k")).contains("v");
                    assertThat(o.object("none").fields()).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "[1,]",
                "{\"a\"}",
                "{\"a\":1,}",
                "{a:1}",
                "[1 2]",
                "01",
                "+1",
                "1.",
                ".5",
                "NaN",
                "nul",
                "\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\n\"",
                "{} {}",
                "[]x",
                "{\"a\":1,\"a\":2}",
                "\0",
                "[]\0",
                "'a'"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON wants");
    }

    @Test
    void nestingIsBounded() {
        assertThat(Json.parse("[".repeat(32) + "]".repeat(32))).isNotNull();
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nesting");
    }
}
