from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0003_routes_by_post'),
    ]

    operations = [
        migrations.AddField(
            model_name='signature',
            name='for_post',
            field=models.CharField(blank=True, max_length=40, verbose_name='代わられた職'),
        ),
        migrations.AddField(
            model_name='signature',
            name='absence',
            field=models.CharField(blank=True, max_length=200, verbose_name='代決する理由'),
        ),
    ]
