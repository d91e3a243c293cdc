package jumpvpn.node.observability;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Where a node's HTTP servers are made: all with the same bounds, because the JDK reads them once, when its server is loaded. */
public final class HttpListener {
    private static final int BACKLOG = 16;

    private HttpListener() {}

    /**
     * A server that has this address and is not started: at most 64 connections, 10 s and 64 headers for a request, and no delay of what is small.
     *
     * @throws IOException if the address can't be had
     */
    public static HttpServer open(InetSocketAddress address) throws IOException {
        System.setProperty("jdk.httpserver.maxConnections", "64");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.nodelay", "true");
        return HttpServer.create(address, BACKLOG);
    }
}
