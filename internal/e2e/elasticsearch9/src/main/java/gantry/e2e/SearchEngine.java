package gantry.e2e;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node on loopback until its standard input closes, so that it never outlives the
 * process that started it. Arguments: the HTTP port and an empty directory for its data.
 */
public final class SearchEngine {
    private SearchEngine() {}

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
        LogConfigurator.configureESLogging();
        PluginsLoader loader = PluginsLoader.createPluginsLoader(modules(), Set.of(), Map.of(), false);
        Node node = new Node(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), config, () -> "gantry-e2e"), loader);
        node.start();
        out.println("ready http://127.0.0.1:" + port);
        out.flush();
        while (System.in.read() >= 0) {
            // Only the end of the input means anything.
        }
        node.close();
        System.exit(0);
    }

    /** The modules that Maven put together beside the classes. 8.19 has this method without the second argument. */
    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> modules() throws Exception {
        Path classes = Path.of(SearchEngine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path modules = classes.resolveSibling("modules-" + Build.current().version());
        for (Method load : PluginsLoader.class.getMethods()) {
            if (load.getName().equals("loadModulesBundles")) {
                Object[] arguments = {modules, false};
                return (Set<PluginBundle>) load.invoke(null, Arrays.copyOf(arguments, load.getParameterCount()));
            }
        }
        throw new NoSuchMethodException("loadModulesBundles");
    }
}
