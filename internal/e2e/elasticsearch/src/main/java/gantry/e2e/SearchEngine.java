package gantry.e2e;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.transport.Netty4Plugin;

/**
 * Runs one Elasticsearch node on loopback until its standard input closes, so that it never outlives the
 * process that started it. Arguments: the HTTP port and an empty directory for its data.
 */
public final class SearchEngine {
    private SearchEngine() {}

    /** A node's constructor with plugins is open to subclasses alone. */
    private static final class Embedded extends Node {
        Embedded(Environment environment) {
            super(environment, List.of(Netty4Plugin.class), true);
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: SearchEngine PORT DIRECTORY");
            System.exit(2);
        }
        PrintStream out = System.out;
        int port = Integer.parseInt(args[0]);
        Path config = Files.createDirectories(Path.of(args[1], "config"));
        Settings settings = Settings.builder()
                .put("path.home", args[1])
                .put("cluster.name", "gantry-e2e")
                .put("http.port", port)
                .put("http.host", "127.0.0.1")
                .put("transport.host", "127.0.0.1")
                .put("transport.port", 0)
                .put("discovery.type", "single-node")
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                .build();
        Node node = new Embedded(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), config, () -> "gantry-e2e"));
        node.start();
        out.println("ready http://127.0.0.1:" + port);
        out.flush();
        while (System.in.read() >= 0) {
            // Only the end of the input means anything.
        }
        node.close();
        System.exit(0);
    }
}
