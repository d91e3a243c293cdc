package jumpvpn.node.app;

import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.Names;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;

/**
 * What goes over the control socket: one request, a JSON object on one line, then one reply, a JSON object on one line.
 *
 * <pre>
 * {"command":"status"}                        {"ok":true,"result":{…}}
 * {"command":"sessions"}                      {"ok":true,"result":[…]}
 * {"command":"jump","to":"wlan0"}             {"ok":true,"result":{"text":"…"}}
 * {"command":"terminate","session":"laptop"}  {"ok":false,"reason":"SESSION_NOT_FOUND","message":"…"}
 * {"command":"drain"}                         {"ok":true,"result":{"text":"…"}}
 * {"command":"cluster"}                       {"ok":true,"result":{…}}
 * {"command":"admit","client":"laptop","key":"…","addresses":["10.77.0.2"]}
 * {"command":"revoke","client":"laptop","key":"…"}  {"ok":true,"result":{"text":"…"}}
 * {"command":"events","follow":true}          {"ok":true,"result":{}}, then an event a line
 * </pre>
 */
final class ControlProtocol {
    /** A request's longest line in bytes. */
    static final int MOST_REQUEST_BYTES = 4096;

    private ControlProtocol() {}

    /** What a peer wants. */
    sealed interface Wish {
        /** An answer of the node. */
        record Ask(Request request) implements Wish {}

        /** The events that are kept, and those to come. */
        record Events(boolean follow) implements Wish {}
    }

    static String line(Wish wish) {
        JsonWriter json = new JsonWriter().beginObject();
        switch (wish) {
            case Wish.Events events -> json.field("command", "events").field("follow", events.follow());
            case Wish.Ask ask -> {
                switch (ask.request()) {
                    case Request.Status() -> json.field("command", "status");
                    case Request.Sessions() -> json.field("command", "sessions");
                    case Request.Jump jump -> json.field("command", "jump").field("to", jump.to());
                    case Request.Terminate terminate ->
                        json.field("command", "terminate").field("session", terminate.session());
                    case Request.Drain() -> json.field("command", "drain");
                    case Request.Cluster() -> json.field("command", "cluster");
                    case Request.Admit admit -> admit(json, admit);
                    case Request.Revoke revoke -> revoke(json, revoke);
                }
            }
        }
        return json.endObject().toString();
    }

    /**
     * Reads a request.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Wish parse(String line) {
        if (!(Json.parse(line) instanceof Json.Fields request)) {
            throw new IllegalArgumentException("a request is a JSON object");
        }
        String command = request.text("command").orElse("");
        return switch (command) {
            case "status" -> new Wish.Ask(new Request.Status());
            case "sessions" -> new Wish.Ask(new Request.Sessions());
            case "jump" -> {
                Optional<String> to = request.text("to");
                yield new Wish.Ask(new Request.Jump(to.isPresent() ? to.get() : null));
            }
            case "terminate" -> new Wish.Ask(new Request.Terminate(needed(request, command, "session")));
            case "drain" -> new Wish.Ask(new Request.Drain());
            case "cluster" -> new Wish.Ask(new Request.Cluster());
            case "admit" -> new Wish.Ask(admit(request));
            case "revoke" ->
                new Wish.Ask(new Request.Revoke(
                        needed(request, command, "client"),
                        request.text("key").isEmpty() ? null : key(request, command)));
            case "events" -> new Wish.Events(request.isTrue("follow"));
            default -> throw new IllegalArgumentException("there is no command \"" + command + "\"");
        };
    }

    private static void admit(JsonWriter json, Request.Admit admit) {
        json.field("command", "admit")
                .field("client", admit.client())
                .field("key", admit.key().toString())
                .name("addresses")
                .beginArray();
        admit.addresses().forEach(address -> json.value(address.toString()));
        json.endArray();
    }

    private static Request.Admit admit(Json.Fields request) {
        String name = needed(request, "admit", "client");
        if (!Names.isNode(name)) {
            throw new IllegalArgumentException("\"" + name + "\" can't be a client's name");
        }
        List<IpAddress> addresses = request.array("addresses").stream()
                .map(address -> IpAddress.parse(address instanceof Json.Text text ? text.value() : ""))
                .toList();
        return new Request.Admit(name, key(request, "admit"), addresses);
    }

    private static PeerKey key(Json.Fields request, String command) {
        return new PeerKey(KeyText.parse(needed(request, command, "key"))
                .orElseThrow(() -> new IllegalArgumentException("\"key\" is none; " + KeyText.SHAPE)));
    }

    private static void revoke(JsonWriter json, Request.Revoke revoke) {
        json.field("command", "revoke").field("client", revoke.client());
        PeerKey key = revoke.key();
        if (key != null) {
            json.field("key", key.toString());
        }
    }

    private static String needed(Json.Fields request, String command, String field) {
        return request.text(field)
                .orElseThrow(() -> new IllegalArgumentException(command + " needs \"" + field + "\""));
    }

    static String line(Reply reply) {
        JsonWriter json = new JsonWriter().beginObject();
        switch (reply) {
            case Reply.Status status -> StatusJson.node(json.field("ok", true).name("result"), status.status());
            case Reply.Sessions sessions ->
                StatusJson.sessions(json.field("ok", true).name("result"), sessions.sessions());
            case Reply.Cluster cluster ->
                ClusterJson.cluster(json.field("ok", true).name("result"), cluster.cluster());
            case Reply.Done done ->
                json.field("ok", true)
                        .name("result")
                        .beginObject()
                        .field("text", done.text())
                        .endObject();
            case Reply.Refused refused ->
                json.field("ok", false).field("reason", refused.reason()).field("message", refused.text());
        }
        return json.endObject().toString();
    }
}
