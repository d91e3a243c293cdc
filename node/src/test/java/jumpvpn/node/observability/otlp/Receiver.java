package jumpvpn.node.observability.otlp;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An OTLP receiver made of the official protobuf classes; takes nothing that has a field they do not know. */
final class Receiver implements AutoCloseable {
    final List<ExportLogsServiceRequest> logs = Collections.synchronizedList(new ArrayList<>());
    final List<ExportTraceServiceRequest> traces = Collections.synchronizedList(new ArrayList<>());
    final List<ExportMetricsServiceRequest> metrics = Collections.synchronizedList(new ArrayList<>());
    final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    volatile int answer = 200;
    /** Where the answer is 503. */
    volatile String refusedPath = "";

    /** What stands in the body of the next answer 200, by the last part of the path. */
    final Map<String, Message> bodies = new ConcurrentHashMap<>();

    private final HttpServer server;

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        serve("/v1/logs", ExportLogsServiceRequest.parser(), logs);
        serve("/v1/traces", ExportTraceServiceRequest.parser(), traces);
        serve("/v1/metrics", ExportMetricsServiceRequest.parser(), metrics);
        server.start();
    }

    private <T extends Message> void serve(String path, Parser<T> parser, List<T> taken) {
        server.createContext(path, exchange -> {
            int status = !refusedPath.isEmpty() && path.endsWith(refusedPath) ? 503 : answer;
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (status == 200) {
                status = take(exchange, body, parser, taken);
            }
            Message said = status == 200 ? bodies.remove(path.substring(path.lastIndexOf('/') + 1)) : null;
            byte[] bytes = said == null ? new byte[0] : said.toByteArray();
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private <T extends Message> int take(HttpExchange exchange, byte[] body, Parser<T> parser, List<T> taken) {
        try {
            T request = parser.parseFrom(body);
            List<String> wrong = new ArrayList<>();
            strict(request, request.getDescriptorForType().getName(), wrong);
            if (!"application/x-protobuf".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
                wrong.add("content type");
            }
            problems.addAll(wrong);
            if (wrong.isEmpty()) {
                taken.add(request);
            }
            return wrong.isEmpty() ? 200 : 400;
        } catch (InvalidProtocolBufferException e) {
            problems.add(e.toString());
            return 400;
        }
    }

    private static void strict(Message message, String where, List<String> wrong) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            wrong.add(where + " has unknown fields " + message.getUnknownFields());
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            List<?> values = field.getValue() instanceof List<?> list ? list : List.of(field.getValue());
            for (Object value : values) {
                if (value instanceof Message inner) {
                    strict(inner, where + "." + field.getKey().getName(), wrong);
                }
            }
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
